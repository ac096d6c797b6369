"""Library: frozen views to CSV, FHIR, ODM and report tables; knows no table."""
