package io.k8j.apiserver.audit;

import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line for each event, as JSON or in upstream's older text form. */
public final class LogSink implements AuditSink {
    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);

    private final OutputStream out; // guarded by itself
    private final boolean json;
    private final AuditMetrics metrics;

    /** @param out closed with this; each write is one whole line */
    public LogSink(OutputStream out, boolean json, AuditMetrics metrics) {
        this.out = out;
        this.json = json;
        this.metrics = metrics;
    }

    @Override
    public boolean process(List<Map<String, Object>> events) {
        boolean kept = true;
        for (Map<String, Object> event : events) {
            byte[] line = ((json ? Json.writeString(event) : legacy(event)) + "\n").getBytes(StandardCharsets.UTF_8);
            try {
                synchronized (out) {
                    out.write(line);
                    out.flush();
                }
            } catch (IOException e) {
                LOG.atError().setCause(e).log("audit event not written");
                metrics.lost("log", 1);
                kept = false;
            }
        }
        return kept;
    }

    static String legacy(Map<String, Object> event) {
        Map<String, Object> user = Trees.map(event, "user");
        Map<String, Object> as = event.containsKey("impersonatedUser") ? Trees.map(event, "impersonatedUser") : null;
        String name = text(user.get("username"), "");
        String namespace = text(Trees.get(event, "objectRef", "namespace"), "<none>");
        Object code = Trees.get(event, "responseStatus", "code");
        List<?> ips = event.get("sourceIPs") instanceof List<?> list ? list : List.of("<unknown>");
        return ("%s AUDIT: id=%s stage=%s ip=%s method=%s user=%s groups=%s as=%s asgroups=%s user-agent=%s"
                        + " namespace=%s uri=%s response=\"%s\"")
                .formatted(
                        event.get("requestReceivedTimestamp"),
                        quote(event.get("auditID")),
                        quote(event.get("stage")),
                        quote(ips.getFirst()),
                        quote(event.get("verb")),
                        quote(name.isEmpty() ? "<none>" : name),
                        quote(name.isEmpty() ? "<none>" : groups(user, "<none>")),
                        quote(as == null ? "<self>" : as.get("username")),
                        quote(as == null ? "<lookup>" : groups(as, "<lookup>")),
                        quote(text(event.get("userAgent"), "")),
                        quote(namespace),
                        quote(event.get("requestURI")),
                        code == null ? "<deferred>" : code);
    }

    private static String groups(Map<String, Object> user, String none) {
        return user.get("groups") instanceof List<?> list
                ? list.stream().map(LogSink::quote).collect(Collectors.joining(","))
                : none;
    }

    private static String quote(Object value) {
        return GoQuote.quote(String.valueOf(value));
    }

    private static String text(Object value, String otherwise) {
        return value == null ? otherwise : value.toString();
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            LOG.atError().setCause(e).log("audit log not closed");
        }
    }
}
