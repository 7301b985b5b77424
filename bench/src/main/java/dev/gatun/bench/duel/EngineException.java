package dev.gatun.bench.duel;

/** An engine could not do what it should. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EngineException(EngineCommand engine, String problem) {
    super(engine.title() + ": " + problem);
  }
}
