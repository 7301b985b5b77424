package dev.gatun.train.metric;

import java.util.Locale;
import java.util.Optional;

/** The metrics of classes, scores and numbers; of texts and rankings see their own classes. */
public final class Metrics {
  /** The share of decisions that are right. */
  public static Metric accuracy() {
    return accuracy(Decision.DEFAULT);
  }

  /** The share of decisions that are right. */
  public static Metric accuracy(Decision decision) {
    return new ClassMetric("accuracy", true, decision, ClassFormulas::accuracy);
  }

  /** The share of samples whose true class has one of the k largest scores. */
  public static Metric topK(int k) {
    return new TopKAccuracy(k);
  }

  /** The mean of the classes' recalls. */
  public static Metric balancedAccuracy(Decision decision) {
    return new ClassMetric("balanced_accuracy", true, decision, ClassFormulas::balancedAccuracy);
  }

  /** TP / (TP + FP). */
  public static Metric precision(Average average) {
    return perClass("precision", ClassFormulas::precision, average);
  }

  /** TP / (TP + FN), the true positive rate. */
  public static Metric recall(Average average) {
    return perClass("recall", ClassFormulas::recall, average);
  }

  /** FP / (FP + TN). */
  public static Metric falsePositiveRate(Average average) {
    return perClass("false_positive_rate", ClassFormulas::falsePositiveRate, average);
  }

  /** TN / (FP + TN). */
  public static Metric specificity(Average average) {
    return perClass("specificity", ClassFormulas::specificity, average);
  }

  /** 2PR / (P + R), the harmonic mean of precision and recall. */
  public static Metric f1(Average average) {
    return perClass("f1", ClassFormulas.fScore(1), average);
  }

  /** F-score in which recall counts {@code beta} times as much as precision. */
  public static Metric fScore(double beta, Average average) {
    return perClass("f" + beta, ClassFormulas.fScore(beta), average);
  }

  /** Intersection over union (Jaccard), of pixels for instance. */
  public static Metric intersectionOverUnion(Average average, Decision decision) {
    return of("iou", ClassFormulas::intersectionOverUnion, average, decision, ZeroDivision.ZERO);
  }

  /** Twice the intersection over the sum of both. */
  public static Metric dice(Average average, Decision decision) {
    return of("dice", ClassFormulas.fScore(1), average, decision, ZeroDivision.ZERO);
  }

  /** Precision, recall and the like with everything said. */
  public static Metric of(
      ClassQuantity quantity, Average average, Decision decision, ZeroDivision zero) {
    return of(quantity.metricName(), quantity.formula(), average, decision, zero);
  }

  /** Cohen's kappa. */
  public static Metric kappa() {
    return kappa(Decision.DEFAULT);
  }

  /** Cohen's kappa. */
  public static Metric kappa(Decision decision) {
    return new ClassMetric("kappa", true, decision, ClassFormulas::kappa);
  }

  /** Matthews' correlation coefficient, for any number of classes. */
  public static Metric matthews() {
    return matthews(Decision.DEFAULT);
  }

  /** Matthews' correlation coefficient. */
  public static Metric matthews(Decision decision) {
    return new ClassMetric("mcc", true, decision, ClassFormulas::matthews);
  }

  /** The counts behind all of these. */
  public static ConfusionMatrix confusion() {
    return new ConfusionMatrix();
  }

  /** Area below the ROC curve; with more than two classes the mean of one against the rest. */
  public static RankingMetric rocAuc() {
    return new RankingMetric(RankingMetric.Kind.ROC_AUC);
  }

  /** Average precision, the area below the precision-recall curve. */
  public static RankingMetric averagePrecision() {
    return new RankingMetric(RankingMetric.Kind.AVERAGE_PRECISION);
  }

  /** Mean negative log-likelihood of probabilities. */
  public static Metric logLoss() {
    return probability(ProbabilityMetric.Kind.LOG_LOSS, false);
  }

  /** Mean negative log-likelihood, from logits. */
  public static Metric logLossFromLogits() {
    return probability(ProbabilityMetric.Kind.LOG_LOSS, true);
  }

  /** Mean squared distance of probabilities from what happened. */
  public static Metric brier() {
    return probability(ProbabilityMetric.Kind.BRIER, false);
  }

  /** Exponential of the mean negative log-likelihood of tokens, from logits [..., vocabulary]. */
  public static Metric perplexity() {
    return probability(ProbabilityMetric.Kind.PERPLEXITY, true);
  }

  /** Perplexity that skips targets of one value, such as -100 or padding. */
  public static Metric perplexityIgnoring(long target) {
    return new ProbabilityMetric(ProbabilityMetric.Kind.PERPLEXITY, true, Optional.of(target));
  }

  /** Mean squared error. */
  public static Metric mse() {
    return new Regression(Regression.Kind.MSE);
  }

  /** Root of the mean squared error. */
  public static Metric rmse() {
    return new Regression(Regression.Kind.RMSE);
  }

  /** Mean absolute error. */
  public static Metric mae() {
    return new Regression(Regression.Kind.MAE);
  }

  /** Mean absolute error as a share of the target: 0.1 is 10 %. */
  public static Metric mape() {
    return new Regression(Regression.Kind.MAPE);
  }

  /** Mean squared difference of log(1 + value). */
  public static Metric msle() {
    return new Regression(Regression.Kind.MSLE);
  }

  /** The largest absolute error. */
  public static Metric maxError() {
    return new Regression(Regression.Kind.MAX_ERROR);
  }

  /** Coefficient of determination, the mean over columns. */
  public static Metric r2() {
    return new Regression(Regression.Kind.R2);
  }

  /** Like R² but blind to a constant error. */
  public static Metric explainedVariance() {
    return new Regression(Regression.Kind.EXPLAINED_VARIANCE);
  }

  /**
   * Peak signal-to-noise ratio of pictures [N, ...] in decibels, the mean over pictures.
   *
   * @param range from black to white: 1, or 255 for bytes
   */
  public static Metric psnr(double range) {
    return new PeakSignalToNoise(range);
  }

  private static Metric probability(ProbabilityMetric.Kind kind, boolean logits) {
    return new ProbabilityMetric(kind, logits, Optional.empty());
  }

  private static Metric perClass(String name, ClassFormulas.PerClass formula, Average average) {
    return of(name, formula, average, Decision.DEFAULT, ZeroDivision.ZERO);
  }

  private static Metric of(
      String name,
      ClassFormulas.PerClass formula,
      Average average,
      Decision decision,
      ZeroDivision zero) {
    String full =
        average == Average.BINARY ? name : average.name().toLowerCase(Locale.ROOT) + "_" + name;
    boolean better = !name.equals("false_positive_rate");
    return new ClassMetric(
        full, better, decision, counts -> ClassFormulas.average(counts, formula, average, zero));
  }

  private Metrics() {}
}
