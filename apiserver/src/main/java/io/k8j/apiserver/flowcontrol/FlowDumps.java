package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.flowcontrol.LevelDump.QueueDump;
import io.k8j.apiserver.flowcontrol.LevelDump.RequestDump;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows levels, queues and requests to people, in upstream's tables. */
public final class FlowDumps {
    private static final List<String> LEVEL_HEAD = List.of(
            "PriorityLevelName",
            "ActiveQueues",
            "IsIdle",
            "IsQuiescing",
            "WaitingRequests",
            "ExecutingRequests",
            "DispatchedRequests",
            "RejectedRequests",
            "TimedoutRequests",
            "CancelledRequests");
    private static final List<String> QUEUE_HEAD = List.of(
            "PriorityLevelName",
            "Index",
            "PendingRequests",
            "ExecutingRequests",
            "SeatsInUse",
            "NextDispatchR",
            "InitialSeatsSum",
            "MaxSeatsSum",
            "TotalWorkSum");
    private static final List<String> REQUEST_HEAD = List.of(
            "PriorityLevelName",
            "FlowSchemaName",
            "QueueIndex",
            "RequestIndexInQueue",
            "FlowDistingsher", // upstream's spelling, which scripts know
            "ArriveTime",
            "InitialSeats",
            "FinalSeats",
            "AdditionalLatency",
            "StartTime");
    private static final List<String> DETAIL_HEAD =
            List.of("UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource");
    private static final String NEVER = "0001-01-01T00:00:00Z";
    private static final int LEAST_WIDTH = 8;

    private FlowDumps() {}

    /** A line for each level. */
    public static String levels(FlowController controller) {
        List<List<String>> rows = new ArrayList<>(List.of(LEVEL_HEAD));
        for (LevelDump level : controller.dump()) {
            long active = level.queues().stream()
                    .filter(queue -> !queue.waiting().isEmpty())
                    .count();
            boolean idle = level.waiting() == 0 && level.executing() == 0;
            rows.add(texts(
                    level.name(),
                    active,
                    idle,
                    false, // a level that is deleted is gone here at once; what runs in it ends there
                    level.waiting(),
                    level.executing(),
                    level.dispatched(),
                    level.rejected(),
                    level.timedOut(),
                    level.cancelled()));
        }
        return table(rows);
    }

    /** A line for each queue. */
    public static String queues(FlowController controller) {
        List<List<String>> rows = new ArrayList<>(List.of(QUEUE_HEAD));
        for (LevelDump level : controller.dump()) {
            for (int i = 0; i < level.queues().size(); i++) {
                QueueDump queue = level.queues().get(i);
                rows.add(texts(
                        level.name(),
                        i,
                        queue.waiting().size(),
                        queue.executing().size(),
                        queue.seatsInUse(),
                        seatSeconds(queue.next()),
                        queue.initialSeats(),
                        queue.maxSeats(),
                        seatSeconds(queue.work())));
            }
        }
        return table(rows);
    }

    /** A line for each request, those that wait before those that run. */
    public static String requests(FlowController controller, boolean details) {
        List<String> head = new ArrayList<>(REQUEST_HEAD);
        if (details) head.addAll(DETAIL_HEAD);
        List<List<String>> rows = new ArrayList<>(List.of(head));
        for (LevelDump level : controller.dump()) {
            for (int q = 0; q < level.queues().size(); q++) {
                QueueDump queue = level.queues().get(q);
                for (int i = 0; i < queue.waiting().size(); i++) {
                    rows.add(request(level, q, i, queue.waiting().get(i), details));
                }
                for (RequestDump running : queue.executing()) rows.add(request(level, q, -1, running, details));
            }
            for (RequestDump running : level.unqueued()) rows.add(request(level, -1, -1, running, details));
        }
        return table(rows);
    }

    private static List<String> request(LevelDump level, int queue, int index, RequestDump seen, boolean details) {
        List<String> row = new ArrayList<>(texts(
                level.name(),
                seen.visit().schema(),
                queue,
                index,
                seen.visit().distinguisher(),
                seen.came(),
                seen.work().initialSeats(),
                seen.work().finalSeats(),
                duration(seen.work().lingerNanos()),
                seen.started() == null ? NEVER : seen.started()));
        if (details) {
            Attributes request = seen.visit().request();
            boolean path = request.path() != null;
            String version = request.apiGroup().isEmpty()
                    ? request.apiVersion()
                    : request.apiGroup() + "/" + request.apiVersion();
            row.addAll(texts(
                    request.user().name(),
                    request.verb(),
                    path ? request.path() : resourcePath(request),
                    request.namespace(),
                    request.name(),
                    version,
                    request.resource(),
                    request.subresource()));
        }
        return row;
    }

    private static String resourcePath(Attributes request) {
        StringBuilder path = new StringBuilder(request.apiGroup().isEmpty() ? "/api/" : "/apis/");
        if (!request.apiGroup().isEmpty()) path.append(request.apiGroup()).append('/');
        path.append(request.apiVersion());
        if (!request.namespace().isEmpty() && !request.resource().equals("namespaces")) {
            path.append("/namespaces/").append(request.namespace());
        }
        path.append('/').append(request.resource());
        if (!request.name().isEmpty()) path.append('/').append(request.name());
        if (!request.subresource().isEmpty()) path.append('/').append(request.subresource());
        return path.toString();
    }

    private static String seatSeconds(double value) {
        return String.format(Locale.ROOT, "%.8fss", Math.max(0, value));
    }

    /** Go's short form, for the few values there are. */
    private static String duration(long nanos) {
        if (nanos == 0) return "0s";
        String text = String.format(Locale.ROOT, "%.6f", nanos / 1e6).replaceFirst("\\.?0+$", "");
        return text + "ms";
    }

    private static List<String> texts(Object... values) {
        List<String> texts = new ArrayList<>();
        for (Object value : values) texts.add(value instanceof Instant at ? at.toString() : String.valueOf(value));
        return texts;
    }

    /** Columns as wide as their widest cell, separated by a comma and blanks. */
    private static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                widths[i] = Math.max(widths[i], Math.max(LEAST_WIDTH, row.get(i).length() + 2));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                String cell = row.get(i) + ",";
                text.append(cell).append(" ".repeat(widths[i] - cell.length()));
            }
            text.append(row.getLast()).append('\n');
        }
        return text.toString();
    }
}
