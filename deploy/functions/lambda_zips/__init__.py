"""The Lambda functions as zip files, ready to be deployed: ``make package``."""
