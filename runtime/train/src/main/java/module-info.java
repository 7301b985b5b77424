/** Networks with parameters, losses, optimizers, data pipelines and the trainer. */
module dev.gatun.train {
  requires transitive dev.gatun.core;
  requires dev.gatun.formats;
  requires jdk.httpserver;
  requires tools.jackson.databind;
  requires de.siegmar.fastcsv;
  requires static java.desktop;
  requires static org.jspecify;

  exports dev.gatun.train;
  exports dev.gatun.train.data;
  exports dev.gatun.train.inspect;
  exports dev.gatun.train.loss;
  exports dev.gatun.train.metric;
  exports dev.gatun.train.net;
  exports dev.gatun.train.optim;
  exports dev.gatun.train.recipe;
  exports dev.gatun.train.report;
  exports dev.gatun.train.schedule;
  exports dev.gatun.train.speech;
}
