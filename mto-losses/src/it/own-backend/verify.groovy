File reports = new File(basedir, 'application/target/surefire-reports')
assert new File(reports, 'org.example.application.OwnBackendTest.txt').text
    .contains('Tests run: 1, Failures: 0, Errors: 0, Skipped: 0')
