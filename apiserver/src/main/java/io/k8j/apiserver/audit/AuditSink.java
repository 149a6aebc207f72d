package io.k8j.apiserver.audit;

import java.util.List;
import java.util.Map;

/** Takes recorded events. Safe for all threads. */
public interface AuditSink extends AutoCloseable {
    /**
     * Takes events over; may block until they are written.
     *
     * @param events trees of {@code audit.k8s.io/v1} Events, which nobody changes any more
     * @return false if one of them could not be kept
     */
    boolean process(List<Map<String, Object>> events);

    /** Writes what is waiting, then releases everything. */
    @Override
    void close();
}
