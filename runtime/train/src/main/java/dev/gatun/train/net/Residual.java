package dev.gatun.train.net;

/** shortcut(x) + branch(x) (He and others 2015). */
record Residual(Layer branch, Layer shortcut) implements Layer {
  @Override
  public Flow apply(Flow x) {
    return x.then(branch).add(x.then(shortcut));
  }
}
