"""Its place is its work: pytest puts the folder of this file, the checkout, on the import path."""
