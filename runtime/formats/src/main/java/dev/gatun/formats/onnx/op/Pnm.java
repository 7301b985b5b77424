package dev.gatun.formats.onnx.op;

import dev.gatun.core.tensor.GatunException;

/** Portable any-map images with up to 8 bits a sample: P2, P3 (text), P5, P6 (binary). */
final class Pnm {
  private final byte[] file;
  private int at;

  private Pnm(byte[] file) {
    this.file = file;
  }

  static ImageDecoder.Pixels read(byte[] file) {
    return new Pnm(file).image();
  }

  private ImageDecoder.Pixels image() {
    char kind = (char) file[1];
    at = 2;
    int width = number();
    int height = number();
    int most = number();
    boolean binary = kind == '5' || kind == '6';
    boolean color = kind == '3' || kind == '6';
    if (!binary && kind != '2' && kind != '3' || most < 1 || most > 255) {
      throw bad("kind P" + kind + " with values up to " + most + " is not supported");
    }
    if (binary) {
      at++; // exactly one white space ends the header
    }
    long samples = (long) width * height * (color ? 3 : 1);
    if (samples > file.length - at) { // a sample takes at least a byte
      throw bad(width + " x " + height + " samples claimed, " + (file.length - at) + " bytes left");
    }
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < samples; i++) {
      int value = (binary ? file[at++] & 255 : number()) * 255 / most;
      if (color) {
        rgb[i] = (byte) value;
      } else {
        rgb[3 * i] = (byte) value;
        rgb[3 * i + 1] = (byte) value;
        rgb[3 * i + 2] = (byte) value;
      }
    }
    return new ImageDecoder.Pixels(height, width, rgb);
  }

  private int number() {
    while (at < file.length && (Character.isWhitespace(file[at]) || file[at] == '#')) {
      if (file[at] == '#') {
        while (at < file.length && file[at] != '\n') {
          at++;
        }
      } else {
        at++;
      }
    }
    int begin = at;
    int value = 0;
    while (at < file.length && file[at] >= '0' && file[at] <= '9' && at - begin < 8) {
      value = 10 * value + file[at++] - '0';
    }
    if (at == begin) {
      throw bad("a number is missing at byte " + at);
    }
    return value;
  }

  private static GatunException bad(String problem) {
    return new GatunException("op 'imageDecoder': bad PNM image: " + problem);
  }
}
