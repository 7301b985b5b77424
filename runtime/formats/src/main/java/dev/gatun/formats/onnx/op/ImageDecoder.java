package dev.gatun.formats.onnx.op;

import dev.gatun.core.graph.Evaluation;
import dev.gatun.core.graph.OpDef;
import dev.gatun.core.tensor.DType;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Shape;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.core.tensor.Type;
import dev.gatun.core.tensor.UnsupportedOpException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * imageDecoder(bytes [B]){format: RGB, BGR or Grayscale} [H, W, C]: PNM by itself, everything else
 * by ImageIO where the module java.desktop is there.
 */
final class ImageDecoder {
  static final OpDef OP =
      OpDef.named("imageDecoder")
          .attr("format", "RGB")
          .types(
              in -> {
                String format = in.attrs().text("format");
                if (!List.of("RGB", "BGR", "Grayscale").contains(format)) {
                  throw in.error("format must be RGB, BGR or Grayscale, got %s", format);
                }
                long channels = format.equals("Grayscale") ? 1 : 3;
                return List.of(Type.tensor(DType.U8, Shape.UNKNOWN, Shape.UNKNOWN, channels));
              })
          .reference(ImageDecoder::run)
          .define();

  /** 8-bit RGB pixels, row by row. */
  record Pixels(int height, int width, byte[] rgb) {}

  private static List<Tensor> run(Evaluation in) {
    byte[] file = in.tensor(0).data().toArray(ValueLayout.JAVA_BYTE);
    Pixels pixels =
        file.length > 1 && file[0] == 'P' && file[1] != 'N' ? Pnm.read(file) : other(file);
    byte[] rgb = pixels.rgb;
    return switch (in.attrs().text("format")) {
      case "RGB" -> List.of(tensor(pixels, 3, rgb));
      case "BGR" -> {
        byte[] bgr = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += 3) {
          bgr[i] = rgb[i + 2];
          bgr[i + 1] = rgb[i + 1];
          bgr[i + 2] = rgb[i];
        }
        yield List.of(tensor(pixels, 3, bgr));
      }
      default -> {
        // Luma of ITU-R BT.601 in 16-bit fixed point, as Pillow computes it.
        byte[] gray = new byte[rgb.length / 3];
        for (int i = 0; i < gray.length; i++) {
          int sum =
              (rgb[3 * i] & 255) * 19595
                  + (rgb[3 * i + 1] & 255) * 38470
                  + (rgb[3 * i + 2] & 255) * 7471;
          gray[i] = (byte) (sum + 0x8000 >> 16);
        }
        yield List.of(tensor(pixels, 1, gray));
      }
    };
  }

  private static Tensor tensor(Pixels pixels, int channels, byte[] bytes) {
    return Tensor.wrap(
        DType.U8, Shape.of(pixels.height, pixels.width, channels), MemorySegment.ofArray(bytes));
  }

  private static Pixels other(byte[] file) {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      throw new UnsupportedOpException(
          "op 'imageDecoder': this runtime lacks the module java.desktop, which reads PNG, JPEG and"
              + " BMP");
    }
    try {
      return DesktopImages.read(file);
    } catch (java.io.IOException e) {
      throw new GatunException("op 'imageDecoder': the image is damaged: " + e.getMessage(), e);
    }
  }

  private ImageDecoder() {}
}
