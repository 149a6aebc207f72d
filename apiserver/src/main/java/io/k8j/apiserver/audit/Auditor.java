package io.k8j.apiserver.audit;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.model.api.ApiException;
import java.time.InstantSource;
import java.util.List;

/** Opens events by the policy and sends them on at each stage. Safe for all threads. */
public final class Auditor implements AutoCloseable {
    private final AuditPolicy policy;
    private final AuditSink sink;
    private final AuditMetrics metrics;
    private final InstantSource clock;

    /** @param sink closed with this */
    public Auditor(AuditPolicy policy, AuditSink sink, AuditMetrics metrics, InstantSource clock) {
        this.policy = policy;
        this.sink = sink;
        this.metrics = metrics;
        this.clock = clock;
    }

    public AuditMetrics metrics() {
        return metrics;
    }

    public InstantSource clock() {
        return clock;
    }

    /**
     * Opens the event of a request and records that it was received.
     *
     * @throws ApiException 500 if it cannot be recorded and the sink is strict; the request must not be served then
     */
    public AuditEvent begin(AuditEvent.Origin origin, Attributes attributes) {
        AuditEvent event = open(origin, attributes);
        if (!stage(event, AuditStage.REQUEST_RECEIVED)) {
            metrics.rejected();
            throw ApiException.internal("failed to store audit event");
        }
        return event;
    }

    /** Opens the event of a request without recording anything yet. */
    public AuditEvent open(AuditEvent.Origin origin, Attributes attributes) {
        AuditPolicy.Decision decision = policy.decide(attributes);
        metrics.level(decision.level());
        return new AuditEvent(decision, origin, attributes);
    }

    /** Records a stage; false if a strict sink could not keep it. */
    public boolean stage(AuditEvent event, AuditStage stage) {
        if (event.level() == AuditLevel.NONE || event.omits(stage)) return true;
        metrics.event();
        return sink.process(
                List.of(event.at(stage, stage == AuditStage.REQUEST_RECEIVED ? event.received() : clock.instant())));
    }

    /** The last stage; whoever never got an answer is recorded as gone. */
    public void complete(AuditEvent event, boolean longRunning) {
        if (event.level() == AuditLevel.NONE) return;
        if (event.fault() != null) {
            panicked(event, event.fault());
            return;
        }
        if (!event.answered()) {
            event.responseStatus(new java.util.LinkedHashMap<>(
                    java.util.Map.of("code", 200, "status", "Success", "message", "Connection closed early")));
            if (longRunning) stage(event, AuditStage.RESPONSE_STARTED);
        }
        stage(event, AuditStage.RESPONSE_COMPLETE);
    }

    private void panicked(AuditEvent event, Throwable fault) {
        event.responseStatus(new java.util.LinkedHashMap<>(java.util.Map.of(
                "code",
                500,
                "status",
                "Failure",
                "reason",
                "InternalError",
                "message",
                "APIServer panic'd: " + fault)));
        stage(event, AuditStage.PANIC);
    }

    /** Serves a request with its event bound to this thread. */
    public static <T, X extends Throwable> T within(AuditEvent event, ScopedValue.CallableOp<T, X> serve) throws X {
        return ScopedValue.where(AuditEvent.CURRENT, event).call(serve);
    }

    /** Whether this thread serves a request that is recorded already, or that the policy leaves out. */
    public static boolean isWithin() {
        return AuditEvent.CURRENT.isBound();
    }

    @Override
    public void close() {
        sink.close();
    }
}
