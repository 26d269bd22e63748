package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Unary;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryLayoutTest {
  private final Program program = new Program();
  private final Value input = Value.fed(4, 16);

  @ParameterizedTest(name = "{0} operations")
  @ValueSource(ints = {3, 8, 20, 60})
  void everyOperationFindsItsInputsAsTheyWereWritten(int operations) {
    int values = 0;
    for (int seed = 0; seed < 150; seed++) {
      RandomProgram random = new RandomProgram(seed, operations);
      values += traced(seed, random, random.operations());
    }
    assertThat(values).isGreaterThan(100 * operations);
  }

  @Test
  void fusedOperationsFindTheirInputsToo() {
    for (int seed = 0; seed < 150; seed++) {
      RandomProgram random = new RandomProgram(seed, 40);
      traced(seed, random, Fusion.of(random.operations(), random.wanted()));
    }
  }

  private static int traced(int seed, RandomProgram random, List<Operation> operations) {
    MemoryLayout layout = MemoryLayout.of(operations, random.fed(), random.wanted());
    return new TracedMemory("seed " + seed, layout).run(operations, random.fed(), random.wanted());
  }

  @Test
  void valuesOfDifferentTimesShareMemory() {
    Value x = input;
    for (int i = 0; i < 30; i++) {
      x = program.permute(x, 1, 0);
    }
    assertThat(layout(Set.of(x)).bytes()).isLessThanOrEqualTo(3 * 64 * Float.BYTES);
  }

  @Test
  void aResultTakesOverTheMemoryOfAnInputThatNobodyReadsAfterwards() {
    Value x = program.permute(input, 1, 0);
    Value y = program.unary(Unary.of(Unary.Kind.EXP), x);

    MemoryLayout layout = layout(Set.of(y));

    assertThat(layout.offset(y)).isEqualTo(layout.offset(x));
  }

  @Test
  void memoryThatIsNeededLaterIsNotTakenOver() {
    Value x = program.permute(input, 1, 0);
    Value y = program.unary(Unary.of(Unary.Kind.EXP), x);
    Value later = program.binary(Binary.ADD, y, x);
    Value given = program.unary(Unary.of(Unary.Kind.EXP), input);

    MemoryLayout layout = layout(Set.of(later));
    assertThat(layout.offset(y)).as("read later").isNotEqualTo(layout.offset(x));
    assertThat(layout.offset(given)).as("fed").isNotEqualTo(layout.offset(input));
    layout = layout(Set.of(later, x));
    assertThat(layout.offset(later)).as("wanted").isNotEqualTo(layout.offset(x));
  }

  @Test
  void aViewKeepsTheMemoryThatItLooksAt() {
    Value x = program.permute(input, 1, 0);
    Value rows = program.slice(x, 0, 2, 4);
    Value y = program.unary(Unary.of(Unary.Kind.EXP), x);
    Value sum = program.binary(Binary.ADD, rows, program.slice(y, 0, 2, 4));

    MemoryLayout layout = layout(Set.of(sum));

    assertThat(layout.offset(rows)).isEqualTo(layout.offset(x) + 2 * 4 * Float.BYTES);
    assertThat(layout.offset(y)).isNotEqualTo(layout.offset(x));
  }

  @Test
  void partsAreComputedWhereTheirConcatenationWantsThem() {
    Value first = program.permute(input, 1, 0);
    Value second = program.unary(Unary.of(Unary.Kind.EXP), Value.uniform(1, 3, 4));
    Value whole = program.concat(List.of(first, second), 0);

    MemoryLayout layout = layout(Set.of(whole));

    assertThat(layout.offset(first)).isEqualTo(layout.offset(whole));
    assertThat(layout.offset(second)).isEqualTo(layout.offset(whole) + 64 * Float.BYTES);
  }

  @Test
  void aWholeIsNotOverwrittenWhileAPartOfItIsRead() {
    Value first = program.unary(Unary.of(Unary.Kind.EXP), Value.uniform(1, 1, 16));
    Value whole = program.concat(List.of(first, program.permute(Value.fed(16, 3), 1, 0)), 0);
    Value sum = program.binary(Binary.ADD, whole, first);

    MemoryLayout layout = layout(Set.of(sum));

    assertThat(layout.offset(first)).isEqualTo(layout.offset(whole));
    assertThat(layout.offset(sum)).isNotEqualTo(layout.offset(whole));
  }

  private MemoryLayout layout(Set<Value> wanted) {
    List<Value> fed =
        program.operations().stream()
            .flatMap(operation -> operation.inputs().stream())
            .filter(Value::isFed)
            .distinct()
            .toList();
    return MemoryLayout.of(program.operations(), fed, wanted);
  }
}
