"""Drive sign-ins from end to end without a browser and compare every hop with the expected one."""
