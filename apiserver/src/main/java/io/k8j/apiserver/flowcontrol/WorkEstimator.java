package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.cache.SortedObjects;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.model.resource.GroupVersionResource;
import java.util.function.Function;

/**
 * How many seats a request takes: lists, and watches that begin with one, take a seat for each 100 kB that they hold at
 * once, at most 10 because they are sent piece by piece; everything else takes one.
 */
public final class WorkEstimator {
    private static final long BYTES_PER_SEAT = 100_000;
    private static final long MOST_BYTES = 1_000_000;
    private static final int SAMPLE = 8;

    private final ResourceTable table;

    public WorkEstimator(ResourceTable table) {
        this.table = table;
    }

    /** @param query gives the value of a query parameter, or null */
    int seats(Attributes request, Function<String, String> query, int most) {
        boolean list = request.verb().equals("list");
        if (!list && !(request.verb().equals("watch") && beginsWithList(query))) return 1;
        ServedResource served =
                table.get(new GroupVersionResource(request.apiGroup(), request.apiVersion(), request.resource()));
        if (served == null || served.storage() == null || !request.name().isEmpty()) return 1;
        SortedObjects objects = served.storage().cache().snapshot().objects();
        long bytes = Math.min(MOST_BYTES, (long) (limited(objects.size(), query.apply("limit")) * average(objects)));
        long seats = (bytes + BYTES_PER_SEAT - 1) / BYTES_PER_SEAT;
        return (int) Math.max(1, Math.min(seats, most <= 0 ? 100 : most));
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
