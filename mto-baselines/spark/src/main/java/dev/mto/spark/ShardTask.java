package dev.mto.spark;

import dev.mto.data.folder.ShardedImages;
import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.shards.ShardFolder;
import dev.mto.engine.shards.ShardPlan;
import dev.mto.engine.shards.ShardStore;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/** Makes some of the shards, one after the other. Those that are there already stay. */
record ShardTask(ShardPlan plan) implements Serializable {
  /**
   * Makes shards.
   *
   * @throws UserException where trying again does not help; it has no cause, so that it comes to
   *     the driver whole
   */
  void make(Iterator<Integer> shards) {
    Locale.setDefault(Locale.ROOT);
    try (ShardedImages images = plan.open(opened -> {})) {
      ShardFolder folder = new ShardFolder(plan, images, store(Locations.path(plan.out())));
      folder.requireBegun(SparkEnv.get().blockManager().blockManagerId().host());
      while (shards.hasNext()) {
        TaskContext.get().killTaskIfInterrupted(); // as where another has failed
        folder.writeApart(shards.next());
      }
    } catch (UserException | TooManyBadImagesException | IllegalArgumentException e) {
      throw new UserException(e.getMessage());
    }
  }

  /** The folder of the system, or that at an address. */
  static ShardStore store(Path root) {
    return RemoteFolder.at(root)
        .<ShardStore>map(folder -> folder)
        .orElse(ShardStore.ofSystem(root));
  }
}
