package io.k8j.apiserver.metrics;

import io.k8j.apiserver.cache.CacheCounts;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricText;
import io.k8j.model.resource.GroupResource;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What the watch caches count: {@code apiserver_watch_cache_*}, {@code apiserver_cache_list_*} and what they get from the store. */
public final class CacheMetrics {
    private static final long FIFTEEN_DIGITS = 1_000_000_000_000_000L; // what a float holds exactly

    /** @param always whether a resource without any is shown, too */
    private record Family(
            String name, String stability, String help, String type, boolean always, ToLongFunction<CacheCounts> of) {
        static Family counter(String name, String help, ToLongFunction<CacheCounts> of) {
            return new Family(name, "ALPHA", help, "counter", false, of);
        }
    }

    private static final List<Family> FAMILIES = List.of(
            new Family(
                    "apiserver_storage_events_received_total",
                    "BETA",
                    "Number of etcd events received split by kind.",
                    "counter",
                    false,
                    CacheCounts::received),
            Family.counter(
                    "apiserver_storage_decode_errors_total",
                    "Number of stored object decode errors split by object type",
                    CacheCounts::undecodable),
            Family.counter(
                    "apiserver_storage_list_total", "Number of LIST requests served from storage", CacheCounts::loads),
            new Family(
                    "apiserver_storage_list_fetched_objects_total",
                    "ALPHA",
                    "Number of objects read from storage in the course of serving a LIST request",
                    "counter",
                    true,
                    CacheCounts::loaded),
            new Family(
                    "apiserver_storage_list_evaluated_objects_total",
                    "ALPHA",
                    "Number of objects tested in the course of serving a LIST request from storage",
                    "counter",
                    true,
                    CacheCounts::loaded),
            new Family(
                    "apiserver_storage_list_returned_objects_total",
                    "ALPHA",
                    "Number of objects returned for a LIST request from storage",
                    "counter",
                    true,
                    CacheCounts::loaded),
            new Family(
                    "apiserver_resource_size_estimate_bytes",
                    "ALPHA",
                    "Estimated size of stored objects in database. Estimate is based on sum of last observed sizes of"
                            + " serialized objects. In case of a fetching error, the value will be -1.",
                    "gauge",
                    true,
                    CacheCounts::bytes),
            Family.counter(
                    "apiserver_cache_list_returned_objects_total",
                    "Number of objects returned for a LIST request from watch cache",
                    CacheCounts::returned),
            Family.counter(
                    "apiserver_init_events_total",
                    "Counter of init events processed in watch cache broken by resource type.",
                    CacheCounts::initial),
            Family.counter(
                    "apiserver_watch_cache_events_received_total",
                    "Counter of events received in watch cache broken by resource type.",
                    CacheCounts::received),
            Family.counter(
                    "apiserver_watch_cache_events_dispatched_total",
                    "Counter of events dispatched in watch cache broken by resource type.",
                    CacheCounts::dispatched),
            Family.counter(
                    "apiserver_terminated_watchers_total",
                    "Counter of watchers closed due to unresponsiveness broken by resource type.",
                    CacheCounts::cutOff),
            Family.counter(
                    "apiserver_watch_cache_initializations_total",
                    "Counter of watch cache initializations broken by resource type.",
                    CacheCounts::loads));

    private CacheMetrics() {}

    /** Appends the metrics in Prometheus' text format. */
    public static void write(StringBuilder out, Collection<StoredResource> resources, StoreFeed feed) {
        for (Family family : FAMILIES) {
            TreeMap<String, Number> samples = new TreeMap<>();
            for (StoredResource stored : resources) {
                long count = family.of().applyAsLong(stored.cache().counts());
                if (count != 0 || family.always()) samples.put(labels(stored.id(), ""), count);
            }
            MetricText.family(out, family.name(), family.stability(), family.help(), family.type(), samples);
        }
        reads(out, resources);
        state(out, resources, feed);
    }

    private static void reads(StringBuilder out, Collection<StoredResource> resources) {
        TreeMap<String, Number> lists = new TreeMap<>();
        TreeMap<String, Number> fetched = new TreeMap<>();
        TreeMap<String, Number> consistent = new TreeMap<>();
        TreeMap<String, Histogram> waits = new TreeMap<>();
        for (StoredResource stored : resources) {
            CacheCounts counts = stored.cache().counts();
            String labels = labels(stored.id(), "index=\"\",");
            if (counts.lists() > 0) {
                lists.put(labels, counts.lists());
                fetched.put(labels, counts.fetched());
            }
            if (counts.consistentReads() > 0) {
                consistent.put(
                        "fallback=\"false\"," + labels(stored.id(), "") + ",success=\"true\"",
                        counts.consistentReads());
            }
            waits.put(labels(stored.id(), ""), counts.waits());
        }
        MetricText.family(
                out,
                "apiserver_cache_list_total",
                "ALPHA",
                "Number of LIST requests served from watch cache",
                "counter",
                lists);
        MetricText.family(
                out,
                "apiserver_cache_list_fetched_objects_total",
                "ALPHA",
                "Number of objects read from watch cache in the course of serving a LIST request",
                "counter",
                fetched);
        MetricText.family(
                out,
                "apiserver_watch_cache_consistent_read_total",
                "ALPHA",
                "Counter for consistent reads from cache.",
                "counter",
                consistent);
        MetricText.histograms(
                out,
                "apiserver_watch_cache_read_wait_seconds",
                "ALPHA",
                "Histogram of time spent waiting for a watch cache to become fresh.",
                waits);
    }

    private static void state(StringBuilder out, Collection<StoredResource> resources, StoreFeed feed) {
        TreeMap<String, Number> versions = new TreeMap<>();
        TreeMap<String, Number> capacities = new TreeMap<>();
        TreeMap<String, Number> progress = new TreeMap<>();
        long applied = feed.applied();
        for (StoredResource stored : resources) {
            ResourceCache cache = stored.cache();
            String labels = labels(stored.id(), "");
            versions.put(labels, feed.versionOf(cache.snapshot(), applied) % FIFTEEN_DIGITS);
            capacities.put(labels, cache.capacity());
            progress.put(labels, feed.progressed()); // one watch on the store serves all
        }
        MetricText.family(
                out,
                "apiserver_watch_cache_resource_version",
                "ALPHA",
                "Current resource version of watch cache broken by resource type. This is truncated to the 15 least"
                        + " significant digits.",
                "gauge",
                versions);
        MetricText.family(
                out,
                "watch_cache_capacity",
                "ALPHA",
                "Total capacity of watch cache broken by resource type.",
                "gauge",
                capacities);
        MetricText.family(
                out,
                "etcd_bookmark_total",
                "ALPHA",
                "Number of etcd bookmarks (progress notify events) split by kind.",
                "counter",
                progress);
    }

    /** @param index a label that comes between group and resource, with a comma behind it */
    private static String labels(GroupResource id, String index) {
        return MetricText.label("group", id.group()) + "," + index + MetricText.label("resource", id.resource());
    }
}
