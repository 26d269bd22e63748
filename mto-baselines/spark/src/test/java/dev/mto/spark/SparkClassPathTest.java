package dev.mto.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/**
 * On a cluster Spark's jars come first: of libraries that both have, its versions run. These tests
 * run on them, and all that this project calls is there.
 */
class SparkClassPathTest {
  private static final Pattern JAR =
      Pattern.compile("(.+?)-(\\d[\\w.-]*?)(?:-(?:linux|osx|windows)[\\w-]*)?\\.jar");

  /** How Spark's own jar names what it was made with: group, name, kind and version. */
  private static final Pattern MADE_WITH =
      Pattern.compile("[\\w.-]+:([\\w.-]+):(?:jar|bundle):([\\w.-]+)");

  /** In several versions, since not all that this module leaves out of Spark is here. */
  private static final Set<String> SPARK_ALONE = Set.of("objenesis", "protobuf-java");

  @Test
  void librariesThatSparkHasTooAreOfItsVersions() throws Exception {
    Map<String, String> own = new TreeMap<>();
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(jar -> JAR.matcher(Path.of(jar).getFileName().toString()))
        .filter(jar -> jar.matches())
        .forEach(jar -> own.put(jar.group(1), jar.group(2)));
    Map<String, String> sparks = new TreeMap<>();
    for (MatchResult library : MADE_WITH.matcher(madeWith()).results().toList()) {
      sparks.put(library.group(1), library.group(2));
    }
    own.keySet().removeAll(SPARK_ALONE);
    own.keySet().retainAll(sparks.keySet());
    sparks.keySet().retainAll(own.keySet());
    assertThat(own).isEqualTo(sparks).hasSizeGreaterThan(30);
  }

  private static String madeWith() throws Exception {
    Path jar = Path.of(SparkConf.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      return Files.readString(files.getPath("META-INF", "DEPENDENCIES"), UTF_8);
    }
  }

  /** Only classes that are called are looked up, and what they inherit from. */
  @Test
  void allThatIsCalledIsThere() {
    for (String other :
        List.of("MemberTypes", "AnnotationTypes", "EnclosingTypes", "GenericSignatureTypes")) {
      ArchConfiguration.get()
          .setProperty("import.dependencyResolutionProcess.maxIterationsFor" + other, "0");
    }
    List<String> missing =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("dev.mto")
                .stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> !isFound(access))
                .map(JavaAccess::getDescription)
                .toList();
    assertThat(missing).isEmpty();
  }

  private static boolean isFound(JavaAccess<?> access) {
    return access.getTargetOwner().isArray()
        || access.getTargetOwner().getPackageName().startsWith("java.")
        || access.getTarget().resolveMember().isPresent();
  }
}
