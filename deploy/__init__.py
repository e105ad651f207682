"""How the portal is installed and run: on one machine for a newcomer, a test or a demonstration (deploy.local)."""
