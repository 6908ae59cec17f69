"""The cases that the Open Charge Alliance tries a central system with, one test each."""
