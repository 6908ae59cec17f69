"""Cars that supply the house: the law of the surplus turned round."""
