package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeCacheTest {
  @TempDir private Path folder;

  @Test
  void aFolderOfOnesOwnIsUsedAndOneThatIsNotThereYet() {
    assertThatCode(() -> NativeCache.check(folder)).doesNotThrowAnyException();
    assertThatCode(() -> NativeCache.check(folder.resolve("none"))).doesNotThrowAnyException();
  }

  @Test
  void aFolderThatAnyoneCanWriteToIsRefused() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> NativeCache.check(folder))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(folder + ": native libraries would be loaded from there")
        .hasMessageContaining("cachedir=DIR");
  }

  @Test
  void aFolderOfSomebodyElseIsRefused() throws IOException {
    assumeTrue(
        Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "only root can give");
    Files.setOwner(
        folder,
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

    assertThatThrownBy(() -> NativeCache.check(folder))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("belongs to nobody");
  }
}
