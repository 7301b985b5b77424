package dev.gatun.core.exec;

import dev.gatun.core.plan.Plan;
import dev.gatun.core.plan.PlanContext;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;

/** A bounded number of contexts of one plan; who finds none waits. */
final class ContextPool implements AutoCloseable {
  private final Plan plan;
  private final Semaphore free;
  private final ArrayDeque<PlanContext> idle = new ArrayDeque<>();
  private boolean closed;

  ContextPool(Plan plan, int limit) {
    this.plan = plan;
    free = new Semaphore(limit);
  }

  PlanContext take() {
    free.acquireUninterruptibly();
    synchronized (idle) {
      PlanContext context = idle.poll();
      if (context != null) {
        return context;
      }
    }
    try {
      return new PlanContext(plan);
    } catch (RuntimeException | Error e) {
      free.release();
      throw e;
    }
  }

  void give(PlanContext context) {
    synchronized (idle) {
      if (closed) {
        context.close();
      } else {
        idle.push(context);
      }
    }
    free.release();
  }

  Plan plan() {
    return plan;
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(PlanContext::close);
      idle.clear();
    }
  }
}
