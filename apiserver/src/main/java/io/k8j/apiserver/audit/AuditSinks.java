package io.k8j.apiserver.audit;

import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Small sinks that change what reaches another one. */
public final class AuditSinks {
    private static final Logger LOG = LoggerFactory.getLogger(AuditSinks.class);

    private AuditSinks() {}

    /** Sends each event to all of them. */
    public static AuditSink all(List<AuditSink> sinks) {
        if (sinks.size() == 1) return sinks.getFirst();
        return new AuditSink() {
            @Override
            public boolean process(List<Map<String, Object>> events) {
                boolean kept = true;
                for (AuditSink sink : sinks) kept &= sink.process(events);
                return kept;
            }

            @Override
            public void close() {
                sinks.forEach(AuditSink::close);
            }
        };
    }

    /** Serves requests even if their events are lost. */
    public static AuditSink lenient(AuditSink sink) {
        return new AuditSink() {
            @Override
            public boolean process(List<Map<String, Object>> events) {
                sink.process(events);
                return true;
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    /** Leaves objects out of events that are too large, and cuts batches that are. */
    public static AuditSink truncating(AuditSink sink, long maxEvent, long maxBatch, AuditMetrics metrics) {
        return new AuditSink() {
            @Override
            public boolean process(List<Map<String, Object>> events) {
                boolean kept = true;
                List<Map<String, Object>> batch = new ArrayList<>();
                long size = 0;
                for (Map<String, Object> event : events) {
                    Map<String, Object> sent = event;
                    long bytes = Json.write(sent).length;
                    if (bytes > maxEvent
                            && (event.containsKey("requestObject") || event.containsKey("responseObject"))) {
                        sent = withoutObjects(event);
                        bytes = Json.write(sent).length;
                    }
                    if (bytes > maxEvent) {
                        LOG.atError()
                                .addKeyValue("auditID", event.get("auditID"))
                                .log("event is too large even after truncating");
                        metrics.lost("truncate", 1);
                        continue;
                    }
                    if (!batch.isEmpty() && size + bytes > maxBatch) {
                        kept &= sink.process(List.copyOf(batch));
                        batch.clear();
                        size = 0;
                    }
                    batch.add(sent);
                    size += bytes;
                }
                return (batch.isEmpty() || sink.process(batch)) && kept;
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    private static Map<String, Object> withoutObjects(Map<String, Object> event) {
        Map<String, Object> copy = new LinkedHashMap<>(event);
        copy.remove("requestObject");
        copy.remove("responseObject");
        Map<String, Object> annotations = new LinkedHashMap<>();
        if (event.get("annotations") instanceof Map<?, ?> known) {
            known.forEach((key, value) -> annotations.put(String.valueOf(key), value));
        }
        annotations.put("audit.k8s.io/truncated", "true");
        copy.put("annotations", annotations);
        return copy;
    }
}
