"""Patient information: identifiers of a person tied to care."""
