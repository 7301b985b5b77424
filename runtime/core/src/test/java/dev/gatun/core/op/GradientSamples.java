package dev.gatun.core.op;

import dev.gatun.core.graph.Graph;
import dev.gatun.core.graph.GraphParser;
import dev.gatun.core.graph.Node;
import dev.gatun.core.graph.Value;
import java.util.List;

/**
 * Nodes whose gradients are checked besides random ones: "inputs | statements", where the last
 * statement is the node. Floating inputs are random; integers are constants that make sense.
 */
public final class GradientSamples {
  public static final List<String> ALL =
      List.of(
          "a: f64[3, 4], b: f64[4] | c = bool[3, 1]{true, false, true} y = where(c, a, b)",
          "a: f64[2, 3], b: f64[3] | s = bool[1]{true} y = where(s, a, b)",
          "a: f64[2, 3], b: f64[3, 1, 3] | p = abs(a) y = pow(p, b)",
          "a: f64[6] | n = f64[1]{3.0} y = pow(a, n)",
          "a: f64[2, 3], b: f64[3, 1, 3] | y = max(a, b)",
          "a: f64[5], b: f64[1] | y = rem(a, b)",
          "a: f64[5], b: f64[1] | y = rem(a, b) {fmod = true}",
          "a: f64[2, 3, 4] | s = i64[2]{-1, 6} y = reshape(a, s)",
          "a: f64[2, 1, 3] | s = i64[4]{4, 1, 5, 3} y = expand(a, s)",
          "a: f64[4, 2, 5, 3] | s = i64[3]{2, 1, 3} y = sumTo(a, s)",
          "a: f64[7, 5] | s = i64[2]{-1, 4} e = i64[2]{-9, 0} x = i64[2]{0, -1} p = i64[2]{-2, -3}"
              + " y = slice(a, s, e, x, p)",
          "a: f64[7, 5] | s = i64[1]{1} e = i64[1]{6} x = i64[1]{0} p = i64[1]{3}"
              + " y = slice(a, s, e, x, p)",
          "a: f64[7] | s = i64[1]{5} e = i64[1]{2} y = slice(a, s, e)",
          "a: f64[7] | s = i64[1]{5} e = i64[1]{7} x = i64[1]{0} p = i64[1]{9}"
              + " y = slice(a, s, e, x, p)",
          "a: f64[2, 3] | r = i64[2]{3, 2} y = tile(a, r)",
          "a: f64[2, 3] | r = i64[2]{1, 0} y = tile(a, r)",
          "a: f64[2, 3] | y = roll(a) {shifts = [2]}",
          "a: f64[2, 3, 4] | y = roll(a) {shifts = [1, -2, 5], axes = [0, 2, 2]}",
          "a: f64[2, 3, 4] | y = flip(a) {axes = [0, -1]}",
          "a: f64[2, 1], b: f64[2, 3], c: f64[2, 0] | y = concat(a, b, c) {axis = -1}",
          "a: f64[7, 2] | y, z = split(a) {axis = 0, parts = 3}",
          "a: f64[7, 2] | s = i64[3]{2, 4, 1} y, z, w = split(a, s) {axis = 0}",
          "a: f64[2, 3] | p = i64[4]{1, -1, 2, 0} y = pad(a, p)",
          "a: f64[2, 3], v: f64[1] | p = i64[4]{1, -1, 2, 0} y = pad(a, p, v)",
          "a: f64[3, 4] | p = i64[2]{2, 1} x = i64[1]{-1} y = pad(a, p, -, x) {mode = \"reflect\"}",
          "a: f64[3, 4] | p = i64[4]{2, 1, 1, 3} y = pad(a, p) {mode = \"edge\"}",
          "a: f64[3, 4] | p = i64[4]{2, -1, 1, 5} y = pad(a, p) {mode = \"wrap\"}",
          "a: f64[3, 4] | i = i64[2, 2]{0, -1, 2, 2} y = gather(a, i)",
          "a: f64[2, 3, 4] | i = i32[3]{0, 1, 0} y = gather(a, i) {axis = 1}",
          "a: f64[2, 3, 4] | i = i64[]{-1} y = gather(a, i) {axis = -1}",
          "a: f64[3, 4] | i = i64[2, 3]{0, 1, 2, 2, -3, 0} y = gatherElements(a, i)",
          "a: f64[3, 4] | i = i64[3, 2]{0, 1, 2, 2, -3, 0} y = gatherElements(a, i) {axis = -1}",
          "a: f64[3, 4, 2] | i = i64[3, 2]{0, 1, 2, 2, -3, 0} y = gatherNd(a, i)",
          "a: f64[2, 3, 4] | i = i64[2, 3, 1]{0, 1, 2, 2, -3, 0} y = gatherNd(a, i)"
              + " {batchDims = 1}",
          "a: f64[2, 2, 3] | i = i64[2, 2, 1]{0, 1, 2, 2} y = gatherNd(a, i) {batchDims = 2}",
          "a: f64[3, 4], u: f64[2, 3] | i = i64[2, 3]{0, 1, 2, 0, 1, 0}"
              + " y = scatterElements(a, i, u)",
          "a: f64[3, 4], u: f64[2, 3] | i = i64[2, 3]{0, 1, 2, 0, -3, 0}"
              + " y = scatterElements(a, i, u) {axis = 1, reduction = \"add\"}",
          "a: f64[3, 4], u: f64[2, 3] | i = i64[2, 3]{0, 1, 0, 0, 1, 0}"
              + " y = scatterElements(a, i, u) {axis = 1, reduction = \"mul\"}",
          "a: f64[3, 4], u: f64[2, 3] | i = i64[2, 3]{0, 1, 2, 0, 1, 0}"
              + " y = scatterElements(a, i, u) {reduction = \"max\"}",
          "a: f64[3, 4], u: f64[2, 3] | i = i64[2, 3]{0, 1, 2, 0, 1, 0}"
              + " y = scatterElements(a, i, u) {reduction = \"min\"}",
          "a: f64[3, 4], u: f64[2, 4] | i = i64[2, 1]{1, 1} y = scatterNd(a, i, u)",
          "a: f64[3, 4], u: f64[3] | i = i64[3, 2]{1, 1, 2, 0, 1, 1} y = scatterNd(a, i, u)"
              + " {reduction = \"mul\"}",
          "a: f64[3, 4], u: f64[3] | i = i64[3, 2]{1, 1, 2, 0, 1, 1} y = scatterNd(a, i, u)"
              + " {reduction = \"min\"}",
          "a: f64[3, 4], u: f64[3] | i = i64[3, 2]{1, 1, 2, 0, 1, 1} y = scatterNd(a, i, u)"
              + " {reduction = \"add\"}",
          "a: f64[2, 5, 3], u: f64[2, 2, 3] | s = i64[2]{1, 3} y = tensorScatter(a, u, s)",
          "a: f64[2, 2, 5, 3], u: f64[2, 2, 2, 3] | s = i64[2]{4, 3} y = tensorScatter(a, u, s)"
              + " {mode = \"circular\"}",
          "v: f64[2] | i = i64[3]{0, 5, -1} d = i64[]{3} y = oneHot(i, d, v)",
          "a: f64[3, 4] | k = i64[]{1} y = trilu(a, k) {upper = false}",
          "a: f64[2, 8, 2, 3] | y = depthToSpace(a) {blockSize = 2}",
          "a: f64[2, 8, 2, 3] | y = depthToSpace(a) {blockSize = 2, mode = \"CRD\"}",
          "a: f64[2, 3, 4, 6] | y = spaceToDepth(a) {blockSize = 2}",
          "a: f64[3, 4] | c = bool[3]{true, false, true} y = compress(a, c) {axis = 1}",
          "a: f64[3, 4] | c = bool[5]{true, false, true, true, false} y = compress(a, c)",
          "a: f64[4, 3, 2] | l = i64[3]{2, 4, 1} y = reverseSequence(a, l)",
          "a: f64[3, 5] | k = i64[1]{2} y, z = topK(a, k) {axis = 0}",
          "a: f64[3, 5] | k = i64[1]{3} y = topK(a, k) {largest = false}",
          "a: f64[3, 5] | y, z = sort(a) {axis = 0, descending = true}",
          "a: f64[3, 5] | x = i64[]{1} y = cumSum(a, x) {exclusive = true}",
          "a: f64[3, 5] | x = i64[]{0} y = cumSum(a, x) {reverse = true}",
          "a: f64[3, 5] | x = i64[]{1} y = cumProd(a, x)",
          "a: f64[3, 5] | x = i64[]{1} y = cumProd(a, x) {exclusive = true}",
          "a: f64[3, 5] | x = i64[]{0} y = cumProd(a, x) {exclusive = true, reverse = true}",
          "a: f64[2, 2] | z = f64[2, 1]{0.0, 0.0} b = concat(a, z, a) {axis = 1} x = i64[]{1}"
              + " y = cumProd(b, x)",
          "a: f64[2, 2] | z = f64[2, 1]{0.0, 0.0} b = concat(a, z, a) {axis = 1} x = i64[]{1}"
              + " y = cumProd(b, x) {reverse = true, exclusive = true}",
          "a: f64[2, 3, 4] | x = i64[2]{0, -1} y = reduceProd(a, x) {keepDims = false}",
          "a: f64[2, 3, 4] | x = i64[2]{0, 2} y = reduceMean(a, x) {keepDims = false}",
          "a: f64[2, 3, 4] | x = i64[2]{0, 2} y = reduceMax(a, x) {keepDims = false}",
          "a: f64[2, 3, 4] | x = i64[1]{1} y = reduceL2(a, x)",
          "a: f64[2, 3, 4] | x = i64[1]{-2} y = reduceLogSumExp(a, x) {keepDims = false}",
          "a: f64[2, 3], b: f64[3, 4] | y = matmul(a, b)",
          "a: f64[2, 3, 5, 4], b: f64[4, 6] | y = matmul(a, b)",
          "a: f64[2, 3, 5, 4], b: f64[6, 4] | y = matmul(a, b) {transposeB = true}",
          "a: f64[3, 4, 5], b: f64[2, 1, 4, 6] | y = matmul(a, b) {transposeA = true}",
          "a: f64[3, 4, 5], b: f64[6, 4] | y = matmul(a, b) {transposeA = true, transposeB = true}",
          "a: f64[4], b: f64[2, 4, 3] | y = matmul(a, b)",
          "a: f64[2, 3, 4], b: f64[4] | y = matmul(a, b)",
          "a: f64[4], b: f64[4] | y = matmul(a, b)",
          "a: f64[3, 2], b: f64[4, 3], c: f64[1, 4] | y = gemm(a, b, c) {alpha = 0.5, beta = 2.0,"
              + " transposeA = true, transposeB = true}",
          "a: f64[3, 2], b: f64[2, 4], c: f64[3, 1] | y = gemm(a, b, c)",
          "a: f64[2, 3], b: f64[3, 4], c: f64[4] | y = einsum(a, b, c) {equation = \"ij,jk,k->ki\"}",
          "a: f64[2, 3, 3], b: f64[5, 3] | y = einsum(a, b) {equation = \"...ii,ji->...j\"}",
          "x: f64[2, 3, 7], w: f64[4, 3, 2], b: f64[4] | y = conv(x, w, b)",
          "x: f64[1, 4, 6, 5], w: f64[6, 2, 3, 2] | y = conv(x, w) {groups = 2, strides = [2, 3],"
              + " pads = [1, 0, 2, 1], dilations = [1, 2]}",
          "x: f64[1, 2, 5, 4, 3], w: f64[2, 2, 2, 2, 2], b: f64[2] | y = conv(x, w, b)"
              + " {autoPad = \"SAME_UPPER\", strides = [2, 1, 2]}",
          "x: f64[2, 5, 6, 3], w: f64[3, 1, 3, 3] | y = conv(x, w) {layout = \"NHWC\", groups = 3,"
              + " pads = [1, 1, 1, 1]}",
          "x: f64[2, 3, 4], w: f64[3, 2, 3], b: f64[2] | y = convTranspose(x, w, b)",
          "x: f64[1, 4, 3, 2], w: f64[4, 3, 3, 2], b: f64[6] | y = convTranspose(x, w, b)"
              + " {groups = 2, strides = [2, 3], pads = [1, 0, 2, 1], dilations = [1, 2],"
              + " outputPadding = [1, 2]}",
          "x: f64[1, 3, 4, 2], w: f64[2, 3, 3, 3] | y = convTranspose(x, w) {layout = \"NHWC\","
              + " strides = [2, 2], outputShape = [9, 10]}",
          "x: f64[1, 2, 3], w: f64[2, 2, 3] | y = convTranspose(x, w) {autoPad = \"SAME_LOWER\","
              + " strides = [2]}",
          "x: f64[2, 4, 6], d: f64[2, 6, 3] | y = convWeightGradient(x, d) {kernel = [3],"
              + " strides = [2], pads = [1, 1], groups = 2}",
          "x: f64[1, 5, 4, 2], d: f64[1, 3, 3, 4] | y = convWeightGradient(x, d) {kernel = [2, 2],"
              + " dilations = [2, 1], layout = \"NHWC\"}",
          "x: f64[2, 2, 4, 5], w: f64[3, 2, 2, 2], o: f64[2, 8, 3, 4], b: f64[3],"
              + " m: f64[2, 4, 3, 4] | y = deformConv(x, w, o, b, m)",
          "x: f64[1, 4, 4, 5], w: f64[2, 2, 2, 3], o: f64[1, 24, 2, 2] | y = deformConv(x, w, o)"
              + " {groups = 2, offsetGroups = 2, strides = [2, 2], pads = [1, 0, 0, 0]}",
          "x: f64[2, 3, 4, 5] | y = unfold(x) {kernel = [2, 3], strides = [1, 2],"
              + " pads = [1, 0, 0, 1], dilations = [2, 1]}",
          "x: f64[2, 12, 4] | i = i64[2]{4, 5} k = i64[2]{2, 2} y = col2im(x, i, k)"
              + " {strides = [1, 2], dilations = [2, 1]}",
          "x: f64[2, 2, 5, 7] | y = maxPool(x) {kernel = [2, 3], strides = [2, 2],"
              + " pads = [1, 1, 0, 1], ceilMode = true}",
          "x: f64[1, 4, 5, 2] | y, i = maxPool(x) {kernel = [3, 2], dilations = [1, 2],"
              + " layout = \"NHWC\"}",
          "x: f64[1, 2, 6], d: f64[1, 2, 3] | y = maxPoolGradient(x, d) {kernel = [3],"
              + " strides = [2], pads = [1, 0]}",
          "x: f64[1, 4, 5, 2], d: f64[1, 2, 4, 2] | y = maxPoolGradient(x, d) {kernel = [2, 2],"
              + " strides = [2, 1], layout = \"NHWC\"}",
          "x: f64[2, 2, 5, 7] | y = averagePool(x) {kernel = [2, 3], strides = [2, 2],"
              + " pads = [1, 1, 0, 1], ceilMode = true}",
          "x: f64[1, 2, 5, 4] | y = averagePool(x) {kernel = [3, 2], pads = [1, 0, 1, 1],"
              + " countIncludePad = true, dilations = [2, 1]}",
          "x: f64[2, 3, 4, 6] | y = averagePool(x) {kernel = [2, 3], strides = [2, 3]}",
          "x: f64[2, 4, 6, 3] | y = averagePool(x) {kernel = [2, 3], strides = [2, 3],"
              + " layout = \"NHWC\"}",
          "x: f64[2, 7, 3] | y = averagePool(x) {kernel = [3], strides = [2], layout = \"NHWC\"}",
          "x: f64[1, 2, 5, 4] | y = lpPool(x) {kernel = [3, 2], strides = [2, 1]}",
          "x: f64[1, 2, 5] | y = lpPool(x) {kernel = [3], p = 3, pads = [1, 1]}",
          "x: f64[1, 2, 5] | y = lpPool(x) {kernel = [3], p = 1}",
          "x: f64[2, 3, 4, 2] | y = globalAveragePool(x) {layout = \"NHWC\"}",
          "x: f64[2, 3, 4, 2] | y = globalMaxPool(x)",
          "x: f64[2, 3, 4, 2] | y = globalLpPool(x) {p = 3}",
          "x: f64[2, 2, 7, 5] | y = adaptiveAveragePool(x) {output = [3, 2]}",
          "x: f64[2, 4, 3, 2] | y = adaptiveAveragePool(x) {output = [5, 1], layout = \"NHWC\"}",
          "x: f64[1, 1, 2, 2] | i = i64[1, 1, 2, 2]{5, 7, 13, 10} y = maxUnpool(x, i)"
              + " {kernel = [2, 2], strides = [2, 2]}",
          "x: f64[1, 1, 2, 2] | i = i64[1, 1, 2, 2]{5, 7, 13, 10} s = i64[4]{1, 1, 5, 5}"
              + " y = maxUnpool(x, i, s) {kernel = [2, 2], strides = [2, 2]}",
          "x: f64[2, 3, 4], s: f64[3], b: f64[3], m: f64[3] | q = f64[3]{0.5, 1.5, 2.0}"
              + " y = batchNorm(x, s, b, m, q)",
          "x: f64[2, 3, 4], s: f64[3], b: f64[3] | y, m, v = batchNormTrain(x, s, b)",
          "x: f64[2, 4, 5, 3], s: f64[3], b: f64[3] | y = batchNormTrain(x, s, b)"
              + " {layout = \"NHWC\", epsilon = 0.1}",
          "x: f64[2, 3, 4], d: f64[2, 3, 4], s: f64[3], m: f64[3] | q = f64[3]{0.5, 1.5, 2.0}"
              + " y, z, w = batchNormGradient(x, d, s, m, q)",
          "x: f64[3, 5], s: f64[5], b: f64[5] | y, m, i = layerNorm(x, s, b)",
          "x: f64[2, 3, 4], s: f64[3, 4] | y = layerNorm(x, s) {axis = 1, epsilon = 0.01}",
          "x: f64[2, 3, 4], b: f64[1] | y = layerNorm(x, -, b)",
          "x: f64[3, 5], d: f64[3, 5], m: f64[3, 1], i: f64[3, 1], s: f64[5]"
              + " | y, z = layerNormGradient(x, d, m, i, s)",
          "x: f64[2, 3, 4], s: f64[4] | y = rmsNorm(x, s)",
          "x: f64[2, 3, 4], d: f64[2, 3, 4], s: f64[3, 1] | y, z = rmsNormGradient(x, d, s)"
              + " {axis = 1}",
          "x: f64[2, 6, 3], s: f64[6], b: f64[6] | y = groupNorm(x, s, b) {groups = 3}",
          "x: f64[2, 3, 2, 6], s: f64[6], b: f64[6] | y = groupNorm(x, s, b) {groups = 2,"
              + " layout = \"NHWC\"}",
          "x: f64[2, 3, 5], s: f64[3], b: f64[3] | y = instanceNorm(x, s, b)",
          "x: f64[2, 5, 3] | y = lrn(x) {size = 3, alpha = 0.5, bias = 1.0}",
          "x: f64[2, 5] | y = lpNorm(x) {p = 1}",
          "x: f64[2, 5] | y = lpNorm(x) {p = 3, axis = 0}",
          "x: f64[2, 4] | y = glu(x)",
          "q: f64[2, 4, 3, 5], k: f64[2, 2, 6, 5], v: f64[2, 2, 6, 3] | y = attention(q, k, v)"
              + " {causal = true, causalOffset = 2}",
          "q: f64[1, 2, 3, 4], k: f64[1, 2, 5, 4], v: f64[1, 2, 5, 4], m: f64[3, 5]"
              + " | l = i64[1]{4} y, s = attention(q, k, v, m, l) {softcap = 2.0, stage = 3}",
          "q: f64[2, 4, 3, 5], k: f64[2, 2, 6, 5], v: f64[2, 2, 6, 3], d: f64[2, 4, 3, 3]"
              + " | x, y, z = attentionGradient(q, k, v, -, -, d) {causal = true}",
          "q: f64[1, 2, 3, 4], k: f64[1, 2, 5, 4], v: f64[1, 2, 5, 4], m: f64[3, 5],"
              + " d: f64[1, 2, 3, 4]"
              + " | x, y, z = attentionGradient(q, k, v, m, -, d) {softcap = 2.0}",
          "x: f64[1, 2, 3, 4], c: f64[3, 2], s: f64[3, 2] | y = rope(x, c, s)",
          "x: f64[2, 1, 2, 6], c: f64[5, 2], s: f64[5, 2] | p = i64[2, 2]{4, 0, 1, 3}"
              + " y = rope(x, c, s, p) {interleaved = true, rotaryDim = 4}",
          "w: f64[5, 3] | i = i64[2, 2]{0, 4, 4, 2} y = embedding(w, i)",
          "x: f64[3, 2, 2], w: f64[1, 12, 2], r: f64[1, 12, 3], b: f64[1, 24], h: f64[1, 2, 3],"
              + " c: f64[1, 2, 3], p: f64[1, 9] | l = i64[2]{3, 1}"
              + " y, z, q = lstm(x, w, r, b, l, h, c, p)",
          "x: f64[2, 3, 2], w: f64[2, 8, 2], r: f64[2, 8, 2] | y, z, q = lstm(x, w, r)"
              + " {direction = \"bidirectional\", layout = 1, inputForget = true, clip = 0.7}",
          "x: f64[3, 2, 2], w: f64[1, 9, 2], r: f64[1, 9, 3], b: f64[1, 18], h: f64[1, 2, 3]"
              + " | l = i64[2]{2, 3} y, z = gru(x, w, r, b, l, h) {direction = \"reverse\"}",
          "x: f64[3, 2, 2], w: f64[1, 9, 2], r: f64[1, 9, 3], b: f64[1, 18] | y, z = gru(x, w, r, b)"
              + " {linearBeforeReset = true, activations = [\"hardsigmoid\", \"softsign\"]}",
          "x: f64[2, 2, 2], w: f64[2, 3, 2], r: f64[2, 3, 3], b: f64[2, 6] | y, z = rnn(x, w, r, b)"
              + " {direction = \"bidirectional\", activations = [\"elu\", \"scaledtanh\"]}",
          "x: f64[2, 3, 2], w: f64[2, 8, 2], r: f64[2, 8, 2], b: f64[2, 16], h: f64[2, 2, 2],"
              + " c: f64[2, 2, 2], p: f64[2, 6] | l = i64[2]{3, 2}"
              + " y, z, q = lstm(x, w, r, b, l, h, c, p)"
              + " {direction = \"bidirectional\", layout = 1, inputForget = true}",
          "x: f64[3, 1, 2], w: f64[1, 8, 2], r: f64[1, 8, 2] | y, z, q, g, e = lstm(x, w, r)",
          "x: f64[3, 2, 2], w: f64[2, 6, 2], r: f64[2, 6, 2], b: f64[2, 12], h: f64[2, 2, 2]"
              + " | l = i64[2]{2, 3} y, z = gru(x, w, r, b, l, h)"
              + " {linearBeforeReset = true, direction = \"bidirectional\"}",
          "x: f64[2, 2, 2], w: f64[1, 6, 2], r: f64[1, 6, 2] | y, z, g = gru(x, w, r)",
          "x: f64[2, 3, 2], w: f64[2, 3, 2], r: f64[2, 3, 3], h: f64[2, 2, 3]"
              + " | l = i64[2]{1, 3} y, z = rnn(x, w, r, -, l, h)"
              + " {direction = \"bidirectional\", layout = 1, activations = [\"tanh\", \"relu\"]}",
          "x: f64[1, 2, 2], w: f64[1, 3, 2], r: f64[1, 3, 3] | y, z = rnn(x, w, r)",
          "r: f64[2, 4, 1], g: f64[2, 2, 2, 4], c: f64[2, 2, 2, 1], h: f64[2, 2, 1], p: f64[2, 3],"
              + " u: f64[2, 2, 2, 1], v: f64[2, 2, 1], w: f64[2, 2, 1] | l = i64[2]{1, 2}"
              + " z, y, x = lstmGradient(r, g, c, l, h, p, u, v, w)"
              + " {direction = \"bidirectional\"}",
          "r: f64[1, 4, 1], g: f64[1, 2, 2, 4], c: f64[1, 2, 2, 1], u: f64[2, 1, 2, 1]"
              + " | z = lstmGradient(r, g, c, -, -, -, u) {inputForget = true}",
          "r: f64[2, 6, 2], g: f64[2, 3, 2, 8], y: f64[3, 2, 2, 2], h: f64[2, 2, 2],"
              + " u: f64[3, 2, 2, 2], v: f64[2, 2, 2] | l = i64[2]{2, 3}"
              + " z, s, x = gruGradient(r, g, y, l, h, u, v) {direction = \"bidirectional\"}",
          "r: f64[1, 6, 2], g: f64[1, 2, 2, 8], y: f64[2, 1, 2, 2], v: f64[1, 2, 2]"
              + " | z, s, x = gruGradient(r, g, y, -, -, -, v) {linearBeforeReset = true}",
          "r: f64[2, 2, 2], y: f64[3, 2, 2, 2], u: f64[3, 2, 2, 2], v: f64[2, 2, 2]"
              + " | l = i64[2]{2, 3} z, x = rnnGradient(r, y, l, u, v)"
              + " {direction = \"bidirectional\", activations = [\"tanh\", \"relu\"]}",
          "r: f64[1, 2, 2], y: f64[2, 1, 2, 2], u: f64[2, 1, 2, 2] | z = rnnGradient(r, y, -, u)"
              + " {direction = \"reverse\"}",
          "x: f64[1, 2, 3, 4] | s = i64[4]{1, 2, 5, 7} y = resize(x, -, s) {mode = \"linear\"}",
          "x: f64[2, 5, 4] | s = f32[2]{0.6, 1.5} y = resize(x, s) {mode = \"cubic\", axes = [1, 2],"
              + " antialias = true}",
          "x: f64[2, 3] | s = i64[1]{7} y = resize(x, -, s) {axes = [1]}",
          "x: f64[1, 2, 3, 4], g: f64[1, 2, 3, 2] | y = gridSample(x, g)",
          "x: f64[2, 1, 3, 4], g: f64[2, 2, 2, 2] | y = gridSample(x, g) {mode = \"cubic\","
              + " padding = \"border\", alignCorners = true}",
          "x: f64[1, 1, 3, 4], g: f64[1, 3, 2, 2] | y = gridSample(x, g) {padding = \"reflection\"}",
          "x: f64[1, 1, 3, 2, 4], g: f64[1, 2, 1, 2, 3] | y = gridSample(x, g)"
              + " {padding = \"reflection\", alignCorners = true}",
          "x: f64[1, 2, 5], g: f64[1, 4, 1] | y = gridSample(x, g) {mode = \"cubic\"}",
          "x: f64[1, 1, 3, 4], g: f64[1, 3, 2, 2] | y = gridSample(x, g) {mode = \"nearest\"}",
          "t: f64[2, 2, 3] | s = i64[4]{2, 1, 3, 2} y = affineGrid(t, s)",
          "t: f64[1, 3, 4] | s = i64[5]{1, 1, 2, 1, 3} y = affineGrid(t, s) {alignCorners = true}",
          "x: f64[5, 4] | s = i64[2]{2, 7} y = centerCropPad(x, s)",
          "x: f64[2, 2, 6, 7] | r = f64[3, 4]{0.3, 0.6, 4.2, 5.1, 1.1, 0.4, 5.7, 3.3, 0.2, 0.1, 0.9,"
              + " 0.7} b = i64[3]{0, 1, 1} y = roiAlign(x, r, b) {outputHeight = 2,"
              + " outputWidth = 3, samplingRatio = 2}",
          "x: f64[1, 2, 6, 7] | r = f64[1, 4]{0.3, 0.6, 0.7, 5.1} b = i64[1]{0}"
              + " y = roiAlign(x, r, b) {halfPixel = false, samplingRatio = 3, spatialScale = 0.8}",
          "x: f64[2, 5, 2] | y = dft(x)",
          "x: f64[2, 5, 1] | n = i64[]{7} y = dft(x, n) {onesided = true}",
          "x: f64[2, 6, 3, 2] | n = i64[]{4} a = i64[]{1} y = dft(x, n, a) {inverse = true}",
          "x: f64[2, 4, 2] | y = dft(x) {inverse = true, onesided = true}",
          "x: f64[2, 4, 2] | n = i64[]{7} y = dft(x, n) {inverse = true, onesided = true}",
          "x: f64[2, 6, 1] | n = i64[]{4} y = dft(x, n)",
          "x: f64[2, 9], w: f64[4] | s = i64[]{2} y = stft(x, s, w)",
          "x: f64[1, 9, 2] | s = i64[]{3} n = i64[]{5} y = stft(x, s, -, n) {onesided = false}",
          "x: f64[2, 3, 3] | y = det(x)",
          "x: f64[4, 3] | t = i64[4]{2, 0, 1, 0} w = f64[3]{0.5, 1.0, 2.0}"
              + " y = negativeLogLikelihood(x, t, w)",
          "x: f64[2, 3, 2] | t = i64[2, 2]{2, 7, 1, 0} y = negativeLogLikelihood(x, t)"
              + " {reduction = \"none\", ignoreIndex = 7}",
          "x: f64[4, 3] | t = i64[4]{2, -1, 1, 0} w = f64[3]{0.5, 1.0, 2.0}"
              + " y, z = softmaxCrossEntropy(x, t, w) {ignoreIndex = -1}",
          "x: f64[2, 3, 2] | t = i64[2, 2]{2, 0, 1, 0} y = softmaxCrossEntropy(x, t)"
              + " {reduction = \"sum\"}",
          "x: f64[5, 2, 4] | t = i64[2, 3]{1, 1, 2, 3, 2, 0} l = i64[2]{5, 4} n = i64[2]{3, 1}"
              + " y = ctcLoss(x, t, l, n)",
          "x: f64[4, 3, 3] | t = i64[3]{1, 0, 2} l = i64[3]{4, 1, 3} n = i64[3]{2, 0, 1}"
              + " y = ctcLoss(x, t, l, n) {blank = 2, zeroInfinity = true}",
          "a: f64[3] | y = cast(a) {to = f64}",
          "s: f64[] | q = u8[3]{1, 7, 200} y = dequantizeLinear(q, s)",
          "a: f64[3] | c = bool[]{true} y = if(c, a) {then = graph t(a: f64[3]) { b = sin(a) return"
              + " b }, else = graph e(a: f64[3]) { return a }}",
          "a: f64[3], b: f64[3] | m = reduceSum(a) {keepDims = false} z = f64[]{0.0}"
              + " c = less(m, z) y, w = if(c, a, b) {then = graph t(a: f64[3], b: f64[3]) {"
              + " d = mul(a, b) return d, a }, else = graph e(a: f64[3], b: f64[3]) {"
              + " d = exp(b) return b, d }}",
          "s: f64[2], x: f64[2, 3], w: f64[2] | y, z = scan(s, x, w) {body = graph b(s: f64[2],"
              + " x: f64[2], w: f64[2]) { p = mul(s, w) n = add(p, x) t = tanh(n) return n, t },"
              + " stateCount = 1, scanCount = 1, inputAxes = [1], inputDirections = [1],"
              + " outputAxes = [1], outputDirections = [1]}",
          "s: f64[2], w: f64[2] | n = i64[]{3} c = bool[]{true} y, z = loop(n, c, s, w)"
              + " {body = graph b(i: i64[], c: bool[], s: f64[2], w: f64[2]) {"
              + " f = cast(i) {to = f64} p = mul(s, w) q = add(p, f) r = sin(q) return c, r, p },"
              + " stateCount = 1}");

  /** The sample's statements without outputs, in another floating type. */
  public static Graph graph(String sample, String dtype) {
    String text = sample.replace("f64", dtype);
    int bar = text.indexOf('|');
    Graph closed =
        new GraphParser(Ops.ALL)
            .parse(
                "graph g(" + text.substring(0, bar) + ") {" + text.substring(bar + 1) + " return}");
    Node last = closed.nodes().get(closed.nodes().size() - 1);
    List<String> names = last.outputs().stream().map(Value::name).toList();
    return new Graph("sample", closed.inputs(), closed.nodes(), last.outputs(), names);
  }

  private GradientSamples() {}
}
