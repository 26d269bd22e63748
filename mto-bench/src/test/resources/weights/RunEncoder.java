import java.io.File;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Runs exported encoders in a program that has ND4J only: a folder for each argument. */
class RunEncoder {
  public static void main(String[] folders) throws Exception {
    for (String folder : folders) {
      SameDiff encoder = SameDiff.load(new File(folder, "encoder.fb"), false);
      INDArray images = Nd4j.createFromNpyFile(new File(folder, "images.npy"));
      INDArray first = images.get(NDArrayIndex.interval(0, 1)).dup('c');
      write(encoder, images, folder, "features");
      write(encoder, images, folder, "tokens");
      Nd4j.writeAsNumpy(
          encoder.output(Map.of("images", first), "features").get("features").dup('c'),
          new File(folder, "first.npy"));
    }
  }

  private static void write(SameDiff encoder, INDArray images, String folder, String output)
      throws Exception {
    Nd4j.writeAsNumpy(
        encoder.output(Map.of("images", images), output).get(output).dup('c'),
        new File(folder, output + ".npy"));
  }
}
