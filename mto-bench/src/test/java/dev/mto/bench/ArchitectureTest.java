package dev.mto.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Stream;

/** Which package may use which, and what every module keeps to. */
@AnalyzeClasses(
    packages = "dev.mto",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {
  /** Leaves out what modules share for their tests. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] BELOW_ENGINE = {
    "dev.mto.losses..", "dev.mto.models..", "dev.mto.data..", "dev.mto.executor.."
  };

  @ArchTest
  static final ArchRule LOSSES_NEED_ONLY_ND4J =
      classes()
          .that()
          .resideInAPackage("dev.mto.losses..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.mto.losses..", "org.nd4j..", "java..");

  @ArchTest static final ArchRule MODELS_STAND_ALONE = useOfOurs("dev.mto.models..");

  @ArchTest static final ArchRule DATA_STANDS_ALONE = useOfOurs("dev.mto.data..");

  @ArchTest static final ArchRule THE_EXECUTOR_STANDS_ALONE = useOfOurs("dev.mto.executor..");

  @ArchTest
  static final ArchRule THE_ENGINE_KNOWS_NO_BASELINE = useOfOurs("dev.mto.engine..", BELOW_ENGINE);

  @ArchTest
  static final ArchRule EVALUATION_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.evaluation..");

  @ArchTest
  static final ArchRule MEASURING_SPEED_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.speed..");

  @ArchTest
  static final ArchRule ONLY_COMMANDS_KNOW_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.mto.engine.command..", "dev.mto.speed..", "dev.mto.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule TRAINING_ON_A_CLUSTER_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.spark..");

  @ArchTest
  static final ArchRule ONLY_ITS_MODULE_KNOWS_SPARK =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mto.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "scala..");

  @ArchTest static final ArchRule SIMMIM_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.simmim..");

  @ArchTest static final ArchRule MAE_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.mae..");

  @ArchTest static final ArchRule BOOTMAE_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.bootmae..");

  @ArchTest static final ArchRule CONMIM_STANDS_ON_THE_ENGINE = onTheEngine("dev.mto.conmim..");

  @ArchTest
  static final ArchRule DEEPLEARNING4J_LAYERS_STAND_ON_EVALUATION =
      onTheEngine("dev.mto.deeplearning4j..", "dev.mto.evaluation..");

  @ArchTest
  static final ArchRule ONLY_ITS_MODULE_KNOWS_DEEPLEARNING4J =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mto.deeplearning4j..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.deeplearning4j..");

  @ArchTest
  static final ArchRule NOTHING_HERE_USES_DEEPLEARNING4J_LAYERS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mto.deeplearning4j..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.mto.deeplearning4j..");

  @ArchTest
  static final ArchRule BASELINES_DO_NOT_DEPEND_ON_EACH_OTHER =
      slices().assignedFrom(new BaselinePackages()).should().notDependOnEachOther();

  @ArchTest
  static final ArchRule NOTHING_DEPENDS_ON_THE_WORKBENCH =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mto.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.mto.bench..");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.mto.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ONLY_PROGRAMS_END_THE_VIRTUAL_MACHINE =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.mto.engine.command..", "dev.mto.bench..", "dev.mto.spark..")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule ERRORS_OF_FILES_NAME_THE_FILE =
      noClasses().should().callConstructor(UncheckedIOException.class, IOException.class);

  @ArchTest
  static final ArchRule PUBLIC_CLASSES_ARE_NOT_FOR_SUBCLASSING =
      classes()
          .that()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .and()
          .areNotInterfaces()
          .and()
          .areNotEnums()
          .and()
          .areNotAssignableTo(Throwable.class)
          .should()
          .haveModifier(JavaModifier.FINAL);

  private static ArchRule onTheEngine(String user, String... besides) {
    return useOfOurs(
        user,
        Stream.of(BELOW_ENGINE, new String[] {"dev.mto.engine.."}, besides)
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  /** Of this project, {@code user} may use itself and {@code allowed} only. */
  private static ArchRule useOfOurs(String user, String... allowed) {
    return noClasses()
        .that()
        .resideInAPackage(user)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.mto..")
                .and(resideOutsideOfPackages(user))
                .and(resideOutsideOfPackages(allowed)));
  }

  /** One slice for each package below {@code dev.mto} that is not shared by the baselines. */
  private static final class BaselinePackages implements SliceAssignment {
    private static final PackageMatcher BASELINE = PackageMatcher.of("dev.mto.(*)..");
    private static final Set<String> SHARED =
        Set.of(
            "losses",
            "models",
            "data",
            "executor",
            "engine",
            "evaluation",
            "speed",
            "spark",
            "bench");

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return BASELINE
          .match(type.getPackageName())
          .map(result -> result.getGroup(1))
          .filter(name -> !SHARED.contains(name))
          .map(SliceIdentifier::of)
          .orElse(SliceIdentifier.ignore());
    }

    @Override
    public String getDescription() {
      return "baselines";
    }
  }
}
