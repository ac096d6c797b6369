"""What the HTML and JSON edges share: database, sign-in, forms, errors, headers, templates."""
