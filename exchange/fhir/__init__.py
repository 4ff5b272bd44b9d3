"""A night as FHIR R5 resources, in the vocabulary of EBMonFHIR."""
