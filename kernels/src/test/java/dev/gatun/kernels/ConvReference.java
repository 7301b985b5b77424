package dev.gatun.kernels;

/** Convolutions as plain loops in double precision, channels last. */
final class ConvReference {
  /** dst of an ordinary convolution; weights [o, i / groups, z, y, x]. */
  static double[] conv(ConvGeometry g, float[] src, float[] weights, float[] bias) {
    double[] dst = new double[Math.toIntExact(g.dstLength())];
    int groupIn = g.inChannels() / g.groups();
    int groupOut = g.outChannels() / g.groups();
    int at = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int z = 0; z < g.depth().out(); z++) {
        for (int y = 0; y < g.height().out(); y++) {
          for (int x = 0; x < g.width().out(); x++) {
            for (int o = 0; o < g.outChannels(); o++) {
              double sum = bias.length == 0 ? 0 : bias[o];
              for (int kz = 0; kz < g.depth().kernel(); kz++) {
                for (int ky = 0; ky < g.height().kernel(); ky++) {
                  for (int kx = 0; kx < g.width().kernel(); kx++) {
                    int iz = position(g.depth(), z, kz);
                    int iy = position(g.height(), y, ky);
                    int ix = position(g.width(), x, kx);
                    if (iz < 0 || iy < 0 || ix < 0) {
                      continue;
                    }
                    for (int c = 0; c < groupIn; c++) {
                      int from = ((n * g.depth().in() + iz) * g.height().in() + iy);
                      from = from * g.width().in() + ix;
                      from = from * g.inChannels() + o / groupOut * groupIn + c;
                      int w = (o * groupIn + c) * g.depth().kernel() + kz;
                      w = (w * g.height().kernel() + ky) * g.width().kernel() + kx;
                      sum += (double) src[from] * weights[w];
                    }
                  }
                }
              }
              dst[at++] = sum;
            }
          }
        }
      }
    }
    return dst;
  }

  private static int position(ConvGeometry.Axis a, int out, int tap) {
    int in = out * a.stride() + tap * a.dilation() - a.padBefore();
    return in < a.in() ? in : -1;
  }

  /** dst of a transposed convolution; weights [i, o / groups, z, y, x]. */
  static double[] transpose(ConvTransposeGeometry g, float[] src, float[] weights, float[] bias) {
    double[] dst = new double[Math.toIntExact(g.dstLength())];
    for (int i = 0; i < dst.length; i++) {
      dst[i] = bias.length == 0 ? 0 : bias[i % g.outChannels()];
    }
    int groupIn = g.inChannels() / g.groups();
    int groupOut = g.outChannels() / g.groups();
    int at = 0;
    for (int n = 0; n < g.batch(); n++) {
      for (int z = 0; z < g.depth().in(); z++) {
        for (int y = 0; y < g.height().in(); y++) {
          for (int x = 0; x < g.width().in(); x++) {
            for (int c = 0; c < g.inChannels(); c++) {
              float value = src[at++];
              for (int kz = 0; kz < g.depth().kernel(); kz++) {
                for (int ky = 0; ky < g.height().kernel(); ky++) {
                  for (int kx = 0; kx < g.width().kernel(); kx++) {
                    int oz = position(g.depth(), z, kz);
                    int oy = position(g.height(), y, ky);
                    int ox = position(g.width(), x, kx);
                    if (oz < 0 || oy < 0 || ox < 0) {
                      continue;
                    }
                    for (int o = 0; o < groupOut; o++) {
                      int to = (n * g.depth().out() + oz) * g.height().out() + oy;
                      to = (to * g.width().out() + ox) * g.outChannels();
                      int w = (c * groupOut + o) * g.depth().kernel() + kz;
                      w = (w * g.height().kernel() + ky) * g.width().kernel() + kx;
                      dst[to + c / groupIn * groupOut + o] += (double) value * weights[w];
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return dst;
  }

  private static int position(ConvTransposeGeometry.Axis a, int in, int tap) {
    int out = in * a.stride() + tap * a.dilation() - a.padBefore();
    return out < a.out() ? out : -1;
  }

  static double[] clamp(double[] values, float lo, float hi) {
    double[] clamped = values.clone();
    for (int i = 0; i < clamped.length; i++) {
      clamped[i] = Math.min(hi, Math.max(lo, clamped[i]));
    }
    return clamped;
  }

  private ConvReference() {}
}
