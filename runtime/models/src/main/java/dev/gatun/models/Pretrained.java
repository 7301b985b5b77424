package dev.gatun.models;

import dev.gatun.core.exec.Outputs;
import dev.gatun.core.exec.Session;
import dev.gatun.core.exec.SessionOptions;
import dev.gatun.core.tensor.GatunException;
import dev.gatun.core.tensor.Tensor;
import dev.gatun.formats.Gguf;
import dev.gatun.models.family.Architecture;
import dev.gatun.models.family.Config;
import dev.gatun.models.family.Given;
import dev.gatun.models.generate.Decoder;
import dev.gatun.models.gguf.GgufModel;
import dev.gatun.models.vision.Torchvision;
import dev.gatun.train.loss.Objective;
import dev.gatun.train.net.Input;
import dev.gatun.train.net.Net;
import dev.gatun.train.net.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A published network with its weights: predicts ({@link #predict}), trains ({@link #net} and
 * {@link #objective} are what a Trainer needs, {@link #with} takes the result) and is saved again
 * in the layout it came in. Immutable; predictions may run in any number of threads.
 */
public final class Pretrained implements AutoCloseable {
  private final Config config;
  private final Architecture architecture;
  private final Net whole;
  private final WeightFiles files;
  private final LoadReport report;
  private final SessionOptions options;
  private final Map<Set<String>, Session> sessions = new ConcurrentHashMap<>();
  private @Nullable Decoder decoder;

  private Pretrained(
      Config config,
      Architecture architecture,
      Net whole,
      WeightFiles files,
      LoadReport report,
      SessionOptions options) {
    this.config = config;
    this.architecture = architecture;
    this.whole = whole;
    this.files = files;
    this.report = report;
    this.options = options;
  }

  /**
   * Loads a folder with config.json and weights, or a .gguf file; everything the network needs must
   * be there.
   */
  public static Pretrained load(Path folder) {
    return load(folder, LoadOptions.DEFAULT);
  }

  /**
   * Loads a folder with config.json and weights, or a .gguf file of a decoder, whose numbers in
   * blocks become float32 when a kernel packs them.
   *
   * @throws GatunException if an option or network is not known, files are damaged, or keys do not
   *     match as they should; names all of them
   */
  public static Pretrained load(Path folder, LoadOptions load) {
    Optional<GgufModel> gguf =
        Gguf.isOne(folder) ? Optional.of(GgufModel.read(folder)) : Optional.empty();
    Config config =
        gguf.map(GgufModel::config).orElseGet(() -> Config.read(folder.resolve("config.json")));
    if (load.className().isPresent()) {
      config = config.withClass(load.className().get());
    }
    if (load.labels().isPresent()) {
      config = config.withLabels(load.labels().get());
    }
    Architecture architecture = Catalog.architecture(config); // named before weights are read
    StateDict weights =
        gguf.map(file -> StateDict.of(folder, file.weights()))
            .orElseGet(() -> StateDict.read(folder));
    return of(config, architecture, weights, load.strictness()).with(options(load));
  }

  /**
   * Loads a state dict of a network that torchvision has, such as {@code resnet50}.
   *
   * @param file .safetensors
   * @param name of the network; an unknown one is told the known ones
   */
  public static Pretrained torchvision(Path file, String name, LoadOptions load) {
    Config config = torchvision(name);
    if (load.labels().isPresent()) {
      config = config.withLabels(load.labels().get());
    }
    return of(config, Catalog.architecture(config), StateDict.read(file), load.strictness())
        .with(options(load));
  }

  private static SessionOptions options(LoadOptions load) {
    return load.weights().map(SessionOptions.DEFAULT::weights).orElse(SessionOptions.DEFAULT);
  }

  /** The config of a network that torchvision has. */
  public static Config torchvision(String name) {
    return Config.of("{\"model_type\": \"" + Torchvision.TYPE + "\"}").withClass(name);
  }

  /** A network of a config with first weights. */
  public static Pretrained initialized(Config config) {
    return initialized(config, Catalog.architecture(config));
  }

  /** A network of an architecture that the catalog does not have, with first weights. */
  public static Pretrained initialized(Config config, Architecture architecture) {
    StateDict nothing = new StateDict("nothing", Map.of(), Map.of());
    return of(config, architecture, nothing, LoadOptions.Strictness.PARTIAL);
  }

  /**
   * A network of a config with weights from elsewhere.
   *
   * @param values of each parameter and buffer
   */
  public static Pretrained initialized(Config config, Function<Parameter, Tensor> values) {
    Architecture architecture = Catalog.architecture(config);
    List<Input> inputs = architecture.fields().stream().map(Architecture.Field::input).toList();
    Net net = net(architecture, inputs, p -> Optional.of(values.apply(p)));
    WeightFiles files =
        new WeightFiles(new StateDict("nothing", Map.of(), Map.of()), architecture.keys());
    return new Pretrained(config, architecture, net, files, files.report(), SessionOptions.DEFAULT);
  }

  /** A network with the weights of a state dict. */
  static Pretrained of(
      Config config,
      Architecture architecture,
      StateDict weights,
      LoadOptions.Strictness strictness) {
    WeightFiles files = new WeightFiles(weights, architecture.keys());
    List<Input> inputs = architecture.fields().stream().map(Architecture.Field::input).toList();
    Net net = net(architecture, inputs, files::value);
    LoadReport report = files.report();
    boolean good =
        switch (strictness) {
          case EXACT -> report.isClean();
          case COMPLETE -> report.missing().isEmpty() && report.mismatched().isEmpty();
          case PARTIAL -> true;
        };
    if (!good) {
      throw new GatunException(weights.where() + " does not fit the network:" + report);
    }
    return new Pretrained(config, architecture, net, files, report, SessionOptions.DEFAULT);
  }

  private static Net net(
      Architecture architecture, List<Input> inputs, Function<Parameter, Optional<Tensor>> values) {
    return Net.of(inputs, flows -> architecture.body().apply(new Given(flows)), values);
  }

  /** The config, with what the load options changed. */
  public Config config() {
    return config;
  }

  /** Inputs, names and loss. */
  public Architecture architecture() {
    return architecture;
  }

  /** What file and network did not have in common. */
  public LoadReport report() {
    return report;
  }

  /**
   * The network for some of its inputs.
   *
   * @param inputs names; the ones that must be given without any
   */
  public Net net(String... inputs) {
    return net(inputs.length == 0 ? required() : new LinkedHashSet<>(List.of(inputs)));
  }

  private Net net(Set<String> names) {
    Set<String> unknown = new TreeSet<>(names);
    List<Input> inputs = new ArrayList<>();
    for (Architecture.Field field : architecture.fields()) {
      if (unknown.remove(field.input().name())) {
        inputs.add(field.input());
      } else if (field.required()) {
        throw new GatunException(
            "the network needs the input '" + field.input().name() + "', given are " + names);
      }
    }
    if (!unknown.isEmpty()) {
      throw new GatunException(
          "the network has no input " + unknown + "; it has " + architecture.names());
    }
    Map<String, Tensor> weights = whole.weights();
    return net(architecture, inputs, p -> Optional.ofNullable(weights.get(p.name())));
  }

  private Set<String> required() {
    Set<String> names = new LinkedHashSet<>();
    for (Architecture.Field field : architecture.fields()) {
      if (field.required()) {
        names.add(field.input().name());
      }
    }
    return names;
  }

  /** The loss for labels. */
  public Objective objective() {
    return architecture
        .objective()
        .orElseThrow(
            () -> new GatunException(config.where() + ": this network has no loss of its own"));
  }

  /** The name of the parameter that a state dict calls so. */
  public String parameterName(String key) {
    String name = architecture.keys().name(key);
    return architecture.keys().find(name, whole.weights()::containsKey).orElse(name);
  }

  /** Parameters and buffers by name. */
  public Map<String, Tensor> weights() {
    return whole.weights();
  }

  /** Number of elements of all parameters. */
  public long parameterCount() {
    return whole.parameterCount();
  }

  /** The same network with other weights, such as a trainer's. */
  public Pretrained with(Map<String, Tensor> weights) {
    return new Pretrained(config, architecture, whole.withWeights(weights), files, report, options);
  }

  /** The same network with a trained one's weights. */
  public Pretrained with(Net trained) {
    return with(trained.weights());
  }

  /** The same network with other options for sessions; narrow weights stay narrow. */
  public Pretrained with(SessionOptions other) {
    SessionOptions same =
        other.weights().isEmpty() && options.weights().isPresent()
            ? other.weights(options.weights().get())
            : other;
    return new Pretrained(config, architecture, whole, files, report, same);
  }

  /**
   * What goes on word by word with these weights, compiled when it is first asked for.
   *
   * @throws GatunException if the network does not go on word by word
   */
  public synchronized Decoder decoder() {
    if (decoder == null) {
      decoder = Decoder.of(config, architecture, whole.weights(), options);
    }
    return decoder;
  }

  /** Results by name; which inputs may be left out the architecture says. */
  public Map<String, Tensor> predict(Map<String, Tensor> inputs) {
    Session session =
        sessions.computeIfAbsent(
            Set.copyOf(inputs.keySet()), names -> net(names).model().compile(options));
    // Not closed: the results stay the caller's.
    Outputs outputs = session.run(inputs);
    Map<String, Tensor> results = new LinkedHashMap<>();
    outputs.asMap().keySet().forEach(name -> results.put(name, outputs.get(name)));
    return results;
  }

  /** Writes config.json and weights as they were laid out in the folder it came from. */
  public void save(Path folder) {
    files.save(folder, config, whole);
  }

  @Override
  public synchronized void close() {
    if (decoder != null) {
      decoder.close();
    }
    sessions.values().forEach(Session::close);
  }
}
