import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Makes a small data set for {@code .ci/newcomer}: pieces of pictures, a class for each picture; those
 * for validation from its right quarter, which no piece for training touches.
 *
 * <pre>java Photographs.java OUT PIECES [FOLDER OF PICTURES]</pre>
 *
 * Without pictures some are painted.
 */
class Photographs {
  private static final int SIDE = 160;

  public static void main(String[] arguments) throws IOException {
    Path out = Path.of(arguments[0]);
    int pieces = Integer.parseInt(arguments[1]);
    Random random = new Random(1);
    int pictures = 0;
    if (arguments.length > 2) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(Path.of(arguments[2]))) {
        files = all.filter(file -> file.toString().matches(".*\\.(jpg|png)") && !Files.isSymbolicLink(file)).sorted().toList();
      }
      for (Path file : files) {
        String name = file.getFileName().toString();
        cut(ImageIO.read(file.toFile()), out, name.substring(0, name.lastIndexOf('.')), pieces, random);
        pictures++;
      }
    }
    for (; pictures < 6; pictures++) {
      cut(painted(pictures, random), out, "painted-" + pictures, pieces, random);
    }
    System.out.println(pictures + " pictures, " + pictures * pieces + " pieces");
  }

  private static void cut(BufferedImage picture, Path out, String name, int pieces, Random random)
      throws IOException {
    int border = picture.getWidth() * 3 / 4;
    int side = Math.min(picture.getHeight(), picture.getWidth() / 4) * 9 / 10;
    for (int i = 0; i < pieces; i++) {
      boolean validation = i % 5 == 4;
      int left = validation ? border : 0;
      int right = validation ? picture.getWidth() : border;
      BufferedImage piece = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      int x = left + random.nextInt(right - left - side + 1);
      int y = random.nextInt(picture.getHeight() - side + 1);
      Graphics2D graphics = piece.createGraphics();
      graphics.drawImage(picture, 0, 0, SIDE, SIDE, x, y, x + side, y + side, null);
      graphics.dispose();
      Path folder = Files.createDirectories(out.resolve(validation ? "val" : "train").resolve(name));
      File file = folder.resolve("%04d.jpg".formatted(i)).toFile();
      ImageIO.write(piece, "jpg", file);
    }
  }

  private static BufferedImage painted(int index, Random random) {
    BufferedImage picture = new BufferedImage(1600, 1000, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    for (int i = 0; i < 600; i++) {
      float hue = index / 6f + random.nextFloat() / 8;
      graphics.setColor(Color.getHSBColor(hue, random.nextFloat(), random.nextFloat()));
      int size = 20 + random.nextInt(30 * (index + 1));
      graphics.fillOval(random.nextInt(1600) - size, random.nextInt(1000) - size, 2 * size, size);
    }
    graphics.dispose();
    return picture;
  }
}
