package dev.mto.executor.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.TestedKernels;
import dev.mto.executor.kernels.Updates;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels agree with double, and one that does nothing is found, whichever it is. */
class KernelParityTest {
  private static final ModelShapes SHAPES = ModelShapes.TINY;

  private final Kernels kernels = TestedKernels.require();

  @AfterEach
  void close() {
    kernels.close();
  }

  @Test
  void allKernelsAgree() {
    boolean narrow = TestedKernels.doesBfloat16();
    List<ParityResult> results = KernelParity.of(kernels, SHAPES, narrow);
    assertThat(results).hasSizeGreaterThan(40).allMatch(ParityResult::passed);
    assertThat(results.stream().anyMatch(result -> result.kernel().contains("bfloat16")))
        .isEqualTo(narrow);
  }

  @Test
  void roundingIsNeitherHiddenNorTakenForAMistake() {
    assertThat(new ParityResult("a kernel", "[1]", 2e-6, 1e-5))
        .hasToString("a kernel agrees (2.0e-06)");
    assertThat(new ParityResult("a kernel", "[1]", 2e-5, 1e-5).passed()).isFalse();
    assertThat(new ParityResult("a kernel", "[1]", Double.NaN, 1e-5))
        .hasToString("a kernel is WRONG (NaN)");
  }

  static Stream<String> kernelNames() {
    return Arrays.stream(Kernels.class.getMethods())
        .filter(method -> method.getReturnType() == Kernel.class)
        .map(Method::getName);
  }

  @ParameterizedTest
  @MethodSource("kernelNames")
  void aKernelThatDoesNothingIsFound(String idle) {
    assumeTrue(!TestedKernels.isCuda(), "the checks are the same on every processor");
    boolean narrow = TestedKernels.doesBfloat16();
    assumeTrue(narrow || !idle.equals("cast"), "nothing is cast without bfloat16");
    Kernels wrong =
        changed(
            Kernels.class,
            kernels,
            (name, result) -> name.equals(idle) ? (Kernel) () -> {} : result);
    assertThat(KernelParity.of(wrong, SHAPES, narrow)).anyMatch(result -> !result.passed());
  }

  static Stream<String> updateNames() {
    return Arrays.stream(Updates.class.getMethods()).map(Method::getName);
  }

  @ParameterizedTest
  @MethodSource("updateNames")
  void anUpdateThatDoesNothingIsFound(String idle) {
    Optional<Updates> updates = kernels.updates();
    assumeTrue(updates.isPresent(), "the host updates in its own memory");
    Updates wrong =
        (Updates)
            Proxy.newProxyInstance(
                Updates.class.getClassLoader(),
                new Class<?>[] {Updates.class},
                (proxy, method, arguments) ->
                    method.getName().equals(idle)
                        ? null
                        : invoke(method, updates.orElseThrow(), arguments));
    Kernels with =
        changed(
            Kernels.class,
            kernels,
            (name, result) -> name.equals("updates") ? Optional.of(wrong) : result);
    assertThat(KernelParity.of(with, SHAPES, false)).anyMatch(result -> !result.passed());
  }

  static Stream<String> attentionNames() {
    return Arrays.stream(FusedAttention.class.getMethods())
        .filter(method -> method.getReturnType() == Kernel.class)
        .map(Method::getName);
  }

  @ParameterizedTest
  @MethodSource("attentionNames")
  void attentionThatDoesNothingIsFound(String idle) {
    Optional<FusedAttention> attention = kernels.fusedAttention();
    assumeTrue(attention.isPresent(), "products and softmax one by one");
    FusedAttention wrong =
        changed(
            FusedAttention.class,
            attention.orElseThrow(),
            (name, result) -> name.equals(idle) ? (Kernel) () -> {} : result);
    Kernels with =
        changed(
            Kernels.class,
            kernels,
            (name, result) -> name.equals("fusedAttention") ? Optional.of(wrong) : result);
    assertThat(KernelParity.of(with, SHAPES, false)).anyMatch(result -> !result.passed());
  }

  /** The same, with what its methods return changed. */
  private static <T> T changed(Class<T> type, T target, BiFunction<String, Object, Object> change) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                change.apply(method.getName(), invoke(method, target, arguments))));
  }

  private static Object invoke(Method method, Object target, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
