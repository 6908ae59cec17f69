"""What a station of OCPP 2.1 tells of the grid, payments and batteries; it is kept, and told on."""
