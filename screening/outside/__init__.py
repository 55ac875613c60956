"""Questionnaires made elsewhere: FHIR R4 Questionnaire (in and out) and XLSForm (in). Plain Python without Django."""
