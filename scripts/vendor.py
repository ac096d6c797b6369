"""Copy the few browser files of others that our pages load into web/static/vendor/.

Set-up runs it after `npm ci`. The folder is ignored by git: browser code from others is named in
package.json and its lock, never committed.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "web" / "static" / "vendor"

# our name -> file of the package
FILES = {
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts.esm.min.js": "echarts/dist/echarts.esm.min.js",
    "img-comparison-slider.js": "img-comparison-slider/dist/index.js",
    "img-comparison-slider.css": "img-comparison-slider/dist/styles.css",
    "panzoom.js": "@panzoom/panzoom/dist/panzoom.es.js",
    "idb.js": "idb/build/index.js",
}

# Beside a module lies what it is made of, so that `tsc` reads the package's own types
# when our code says `import … from "../vendor/idb.js"`.
TYPES = {
    "echarts.esm.min.d.ts": 'export * from "echarts";\n',
    "panzoom.d.ts": 'export * from "@panzoom/panzoom";\n'
    'export { default } from "@panzoom/panzoom";\n',
    "idb.d.ts": 'export * from "idb";\n',
}


def copy_vendor_files(modules: Path, vendor: Path) -> list[Path]:
    """Copy every file of `FILES` and write `TYPES`; what else lay in `vendor` goes."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for name, source in FILES.items():
        shutil.copyfile(modules / source, vendor / name)
    for name, text in TYPES.items():
        (vendor / name).write_text(text, encoding="utf-8")
    return sorted(vendor.iterdir())


if __name__ == "__main__":
    try:
        copy_vendor_files(MODULES, VENDOR)
    except FileNotFoundError as error:
        sys.exit(f"{error.filename} is missing: run `make vendor`")
