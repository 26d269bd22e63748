package dev.mto.spark;

import dev.mto.data.folder.ShardedImages;
import dev.mto.data.storage.Locations;
import dev.mto.engine.command.ShardCommand;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.shards.PackedShards;
import dev.mto.engine.shards.ShardFolder;
import dev.mto.engine.shards.ShardPlan;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/** The driver of shards: says what is made, deals the shards that are missing out, and counts. */
final class ShardDriver {
  private static final int SECONDS_BETWEEN_LINES = 10;

  private ShardDriver() {}

  private interface Held extends AutoCloseable {
    @Override
    void close();
  }

  @SuppressWarnings("try") // the folder is held until all is written
  static PackedShards pack(ShardPlan plan, String master, int workers, PrintStream console) {
    Path root = Locations.path(plan.out());
    try (ShardedImages images = plan.open(ShardCommand::tell)) {
      ShardFolder.requireOwn(
          root, RemoteFolder.at(root).isPresent() ? Claim.NAME : FolderLock.NAME);
      try (Held held = held(root, console)) {
        ShardFolder folder = new ShardFolder(plan, images, ShardTask.store(root));
        folder.begin();
        List<Integer> missing = folder.missing();
        if (missing.size() < plan.shards()) {
          console.printf(
              "%d of %d shards are there already, going on%n",
              plan.shards() - missing.size(), plan.shards());
        }
        if (!missing.isEmpty()) {
          make(plan, missing, folder, master, workers, console);
        }
        return folder.end();
      }
    }
  }

  /** Keeps a second job out. */
  private static Held held(Path root, PrintStream console) {
    if (RemoteFolder.at(root).isPresent()) {
      return Claim.of(RemoteFolder.at(root).get(), Claim.Times.usual(), console::println)::close;
    }
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
    return FolderLock.of(root)::close;
  }

  private static void make(
      ShardPlan plan,
      List<Integer> missing,
      ShardFolder folder,
      String master,
      int workers,
      PrintStream console) {
    ShardTask task = new ShardTask(plan);
    try (JavaSparkContext spark = Settings.start(Settings.ofShards(master))) {
      JavaFutureAction<Void> all =
          spark
              .parallelize(missing, Math.min(workers, missing.size()))
              .foreachPartitionAsync(task::make);
      while (!ended(all)) {
        console.printf(
            "  %d of %d shards%n", plan.shards() - folder.missing().size(), plan.shards());
      }
    }
  }

  private static boolean ended(JavaFutureAction<Void> all) {
    try {
      all.get(SECONDS_BETWEEN_LINES, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while shards were made", e);
    } catch (ExecutionException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UserException wrong) {
          throw wrong;
        }
      }
      throw new PeerException(
          "a worker failed: %s; shards that are whole are kept, the same command goes on"
              .formatted(ClusterDriver.reason(e.getCause())));
    }
  }
}
