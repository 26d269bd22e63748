File reports = new File(basedir, 'application/target/surefire-reports')
assert new File(reports, 'org.example.application.OwnBackendTest.txt').text
    .contains('Tests run: 1, Failures: 0, Errors: 0, Skipped: 0')

// The only native build on the class path is the chosen one.
String report = new File(reports, 'TEST-org.example.application.OwnBackendTest.xml').text
Set natives = (report =~ /nd4j-native-[0-9][^-\/\\]*-[^-\/\\]*-([^:;"\/\\]*)\.jar/).collect { it[1] } as Set
assert natives == [classifier] as Set
