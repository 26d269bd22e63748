package dev.mto.executor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path root;

  @Test
  void elsewhereThanOnLinuxItIsNotKnownAndNothingIsRefused() {
    assertThat(AvailableMemory.below(root).bytes()).isEmpty();
    AvailableMemory.below(root).require("all", Long.MAX_VALUE);
  }

  @Test
  void theMachineHasWhatItCallsAvailable() throws IOException {
    machine(8);

    assertThat(bytes()).isEqualTo(8 * GIB);
  }

  @Test
  void theLeastOfAGroupAndThoseAboveItCountsLessItsCache() throws IOException {
    machine(8);
    write("proc/self/cgroup", "0::/slurm/job\n");
    write("sys/fs/cgroup/slurm/memory.max", 6 * GIB + "\n");
    write("sys/fs/cgroup/slurm/memory.current", 3 * GIB + "\n");
    write("sys/fs/cgroup/slurm/memory.stat", "anon 5\ninactive_file " + GIB + "\n");
    write("sys/fs/cgroup/slurm/job/memory.max", "max\n");

    assertThat(bytes()).isEqualTo(4 * GIB);
  }

  @Test
  void groupsOfTheFirstVersionCountAndInAContainerTheRootIsTheGroup() throws IOException {
    machine(8);
    write("proc/self/cgroup", "4:cpu:/x\n3:memory:/docker/abc\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", 2 * GIB + "\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", GIB + "\n");

    assertThat(bytes()).isEqualTo(GIB);
  }

  @Test
  void aLimitOfAddressSpaceCounts() throws IOException {
    machine(8);
    write(
        "proc/self/limits",
        "Max cpu time              unlimited            unlimited            seconds\n"
            + "Max address space         "
            + 5 * GIB
            + "  "
            + 5 * GIB
            + "  bytes\n");
    write("proc/self/status", "VmSize:\t 3145728 kB\n");

    assertThat(bytes()).isEqualTo(2 * GIB);
  }

  @Test
  void noLimitIsNone() throws IOException {
    machine(8);
    write("proc/self/limits", "Max address space         unlimited            unlimited  bytes\n");
    write("proc/self/cgroup", "0::/\n3:memory:/\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n");

    assertThat(bytes()).isEqualTo(8 * GIB);
  }

  @Test
  void whatDoesNotFitIsRefusedWithBothFigures() throws IOException {
    machine(8);

    assertThatThrownBy(() -> AvailableMemory.below(root).require("a step", 111_000_000_000L))
        .isInstanceOf(NotEnoughMemoryException.class)
        .hasMessage("a step needs 111.0 GB of memory, and 8.6 GB are available");
  }

  private long bytes() {
    return AvailableMemory.below(root).bytes().orElseThrow();
  }

  private void machine(long gibibytes) throws IOException {
    write("proc/meminfo", "MemTotal: 99999999 kB\nMemAvailable:   " + (gibibytes << 20) + " kB\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
