package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.cache.SortedObjects;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.model.resource.GroupVersionResource;
import java.util.function.Function;

/**
 * How many seats a request takes. Lists, and watches that begin with one, take a seat for each 100 kB that they hold at
 * once, at most 10 because they are sent piece by piece. Writes take one, and then, for 5 ms, one for each 10 watchers
 * that hear of them; where that would be more than 10 seats, it is fewer for longer. Everything else takes one.
 */
public final class WorkEstimator {
    private static final long BYTES_PER_SEAT = 100_000;
    private static final long MOST_BYTES = 1_000_000;
    private static final int SAMPLE = 8;
    private static final int MOST_LIST_SEATS = 100;
    private static final int MOST_WRITE_SEATS = 10;
    private static final int WATCHERS_PER_SEAT = 10;
    private static final long LINGER_NANOS = 5_000_000;

    private final ResourceTable table;

    public WorkEstimator(ResourceTable table) {
        this.table = table;
    }

    /**
     * @param query gives the value of a query parameter, or null
     * @param most seats that a request may take; 0 for no bound
     */
    Work estimate(Attributes request, Function<String, String> query, int most) {
        return switch (request.verb()) {
            case "list", "watch" -> Work.of(seats(request, query, most));
            case "create", "update", "patch", "delete" -> write(request, most);
            default -> Work.of(1);
        };
    }

    private Work write(Attributes request, int most) {
        // A new token is no event, although there may be watchers of ServiceAccounts.
        if (request.resource().equals("serviceaccounts")
                && request.subresource().equals("token")) return Work.of(1);
        ServedResource served = served(request);
        if (served == null || served.storage() == null) return Work.of(1);
        String namespace = served.info().namespaced() ? request.namespace() : "";
        int watchers = served.storage().cache().interested(namespace, request.name());
        if (watchers < WATCHERS_PER_SEAT) return Work.of(1);
        int seats = (watchers + WATCHERS_PER_SEAT - 1) / WATCHERS_PER_SEAT;
        int bound = most <= 0 ? MOST_WRITE_SEATS : Math.min(most, MOST_WRITE_SEATS);
        return new Work(1, seats, LINGER_NANOS).within(bound);
    }

    private ServedResource served(Attributes request) {
        return table.get(new GroupVersionResource(request.apiGroup(), request.apiVersion(), request.resource()));
    }

    private int seats(Attributes request, Function<String, String> query, int most) {
        boolean list = request.verb().equals("list");
        if (!list && !(request.verb().equals("watch") && beginsWithList(query))) return 1;
        ServedResource served = served(request);
        if (served == null || served.storage() == null || !request.name().isEmpty()) return 1;
        SortedObjects objects = served.storage().cache().snapshot().objects();
        long bytes = Math.min(MOST_BYTES, (long) (limited(objects.size(), query.apply("limit")) * average(objects)));
        long seats = (bytes + BYTES_PER_SEAT - 1) / BYTES_PER_SEAT;
        return (int) Math.max(1, Math.min(seats, most <= 0 ? MOST_LIST_SEATS : most));
    }

    private static boolean beginsWithList(Function<String, String> query) {
        String version = query.apply("resourceVersion");
        return "true".equals(query.apply("sendInitialEvents"))
                || version == null
                || version.isEmpty()
                || version.equals("0");
    }

    private static long limited(int count, String limit) {
        if (limit == null || limit.isEmpty() || limit.length() > 9) return count;
        for (int i = 0; i < limit.length(); i++) {
            if (!Character.isDigit(limit.charAt(i))) return count;
        }
        int wanted = Integer.parseInt(limit);
        return wanted > 0 ? Math.min(wanted, count) : count;
    }

    private static double average(SortedObjects objects) {
        long[] sum = new long[2];
        objects.visit("", null, object -> {
            sum[0] += object.object().json().length;
            return ++sum[1] < SAMPLE;
        });
        return sum[1] == 0 ? 0 : (double) sum[0] / sum[1];
    }
}
