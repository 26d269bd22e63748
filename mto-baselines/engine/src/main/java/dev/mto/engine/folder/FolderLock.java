package dev.mto.engine.folder;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps a second process out of a folder that one writes to. The system takes the lock back when
 * its owner ends, however that happens; the file {@code run.lock} stays, and says who had it last.
 */
public final class FolderLock implements AutoCloseable {
  /** The file of the lock. */
  public static final String NAME = "run.lock";

  /** The byte that is locked, behind all text: where locks are enforced the text can be read. */
  private static final long LOCKED = 1 << 30;

  private static final long POLL_MILLIS = 100;
  private static final Pattern OWNER = Pattern.compile("process (\\d+) on (\\S+) since (\\S+)");

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder that exists.
   *
   * @throws UserException when another process, or another job of this one, has it
   */
  public static FolderLock of(Path folder) {
    return of(folder, Duration.ZERO);
  }

  /** As {@link #of(Path)}, after waiting for {@code patience} until the other has ended. */
  public static FolderLock of(Path folder, Duration patience) {
    Path file = folder.resolve(NAME);
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        take(channel, folder, file, System.nanoTime() + patience.toNanos());
        return new FolderLock(channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  private static void take(FileChannel channel, Path folder, Path file, long deadline)
      throws IOException {
    boolean locked = locked(channel);
    while (!locked && System.nanoTime() < deadline) {
      pause();
      locked = locked(channel);
    }
    if (!locked) {
      throw inUse(folder, file);
    }
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((owner() + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(LOCKED, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a folder was in use", e);
    }
  }

  /**
   * Asks as {@link #of(Path)} does, as far as can be told without taking the lock.
   *
   * @throws UserException when another process has it
   */
  public static void requireFree(Path folder) {
    if (isHeld(folder)) {
      Path file = folder.resolve(NAME);
      try {
        throw inUse(folder, file);
      } catch (IOException e) {
        throw FileException.reading(file, e);
      }
    }
  }

  private static UserException inUse(Path folder, Path file) throws IOException {
    return new UserException(
        "%s: is in use by another process (%s); wait for it or stop it, or name another --out"
            .formatted(folder, Files.readString(file).strip()));
  }

  /**
   * Whether a process that took the lock of a folder and did not give it back lives, as far as can
   * be told without taking it: on another machine it is believed to.
   */
  public static boolean isHeld(Path folder) {
    try {
      Matcher owner = OWNER.matcher(Files.readString(folder.resolve(NAME)).strip());
      return owner.matches()
          && (!owner.group(2).equals(host())
              || lives(Long.parseLong(owner.group(1)), Instant.parse(owner.group(3))));
    } catch (IOException | NumberFormatException | DateTimeParseException e) {
      return false; // there is no lock, or nobody has written into it yet
    }
  }

  /** Whether the process is that one and not a later one of the same number. */
  private static boolean lives(long process, Instant since) {
    return ProcessHandle.of(process)
        .filter(
            handle ->
                handle
                    .info()
                    .startInstant()
                    .map(start -> !start.isAfter(since.plusSeconds(1)))
                    .orElse(true))
        .isPresent();
  }

  private static String owner() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return "process " + ProcessHandle.current().pid() + " on " + host() + " since " + now;
  }

  /** This machine's name, without blanks; of a container that nobody can look up, what it says. */
  public static String host() {
    return host(InetAddress::getLocalHost);
  }

  static String host(Callable<InetAddress> machine) {
    try {
      return machine.call().getHostName();
    } catch (Exception e) {
      String named = System.getenv("HOSTNAME");
      return named == null || named.isBlank() ? "unnamed" : named.replaceAll("\\s", "-");
    }
  }

  /** Gives the lock back; the file then says until when it was had. */
  @Override
  public void close() {
    try {
      String until = "until " + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
      channel.write(ByteBuffer.wrap(until.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      // a full disk keeps no lock
    }
    try {
      channel.close();
    } catch (IOException e) {
      return; // the system takes it back with the process
    }
  }
}
