package io.k8j.client;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that only one of several candidates acts, by a Lease in upstream's form; it can compete with upstream's
 * candidates. As there, a leader whose clock stands still may act for a moment beside the next one.
 */
public final class LeaderElection implements AutoCloseable {
    /**
     * Who competes for what.
     *
     * @param lease namespace and name of the Lease
     * @param identity name of this candidate, unique in the cluster
     * @param leaseDuration how long others wait after the last renewal they saw
     * @param renewDeadline how long the leader tries to renew before it gives up
     * @param retryPeriod pause between attempts
     */
    public record Config(
            ObjectKey lease, String identity, Duration leaseDuration, Duration renewDeadline, Duration retryPeriod) {
        public Config {
            if (leaseDuration.compareTo(renewDeadline) <= 0) {
                throw new IllegalArgumentException("leaseDuration must be greater than renewDeadline");
            }
            if (renewDeadline.compareTo(retryPeriod.multipliedBy(12).dividedBy(10)) <= 0) {
                throw new IllegalArgumentException("renewDeadline must be greater than retryPeriod*JitterFactor");
            }
        }

        /** Upstream's times: 15, 10 and 2 seconds. */
        public static Config of(ObjectKey lease, String identity) {
            return new Config(lease, identity, Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
        }
    }

    /** Told about the candidate's fate, on the election's thread. */
    public interface Listener {
        /** Must return soon; the work itself runs elsewhere. */
        void startedLeading();

        /** Must end the work before it returns. */
        void stoppedLeading();
    }

    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);

    private final Resources<Lease> leases;
    private final Time time;
    private final Config config;
    private final Listener listener;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean leading;
    private String observedVersion = ""; // election thread only
    private long observedNanos; // election thread only

    private LeaderElection(Client client, Config config, Listener listener) {
        this.leases = client.resources(Lease.class);
        this.time = client.time();
        this.config = config;
        this.listener = listener;
        this.thread = Thread.ofVirtual()
                .name("leader-election-" + config.lease().name())
                .unstarted(this::run);
    }

    public static LeaderElection start(Client client, Config config, Listener listener) {
        LeaderElection election = new LeaderElection(client, config, listener);
        election.thread.start();
        return election;
    }

    public boolean isLeading() {
        return leading;
    }

    private void run() {
        try {
            while (!closed) {
                acquire();
                if (closed) {
                    return;
                }
                leading = true;
                LOG.atInfo().addKeyValue("lease", config.lease()).log("became leader");
                listener.startedLeading();
                try {
                    renew();
                } finally {
                    leading = false;
                    listener.stoppedLeading();
                    LOG.atInfo().addKeyValue("lease", config.lease()).log("stopped leading");
                }
            }
        } catch (InterruptedException e) {
            // closed
        } finally {
            release();
        }
    }

    private void acquire() throws InterruptedException {
        while (!closed && !attempt()) {
            double jitter = 1 + ThreadLocalRandom.current().nextDouble() * 1.2;
            pause(Duration.ofNanos((long) (config.retryPeriod().toNanos() * jitter)));
        }
    }

    private void renew() throws InterruptedException {
        long last = time.nanoTime();
        while (!closed) {
            pause(config.retryPeriod());
            if (attempt()) {
                last = time.nanoTime();
            } else if (time.nanoTime() - last >= config.renewDeadline().toNanos()) {
                return;
            }
        }
    }

    private void pause(Duration length) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Time.Timer timer = time.after(length, over::countDown);
        try {
            over.await();
        } finally {
            timer.cancel();
        }
    }

    /** Tries once to get or to keep the Lease. */
    private boolean attempt() {
        try {
            Optional<Lease> found = leases.find(config.lease());
            if (found.isEmpty()) {
                observe(leases.create(claim(null)));
                return true;
            }
            Lease lease = found.get();
            if (!lease.getMetadata().getResourceVersion().equals(observedVersion)) {
                observe(lease);
            }
            String holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
            boolean mine = config.identity().equals(holder);
            boolean free = holder == null || holder.isEmpty();
            boolean valid = time.nanoTime() - observedNanos < durationOf(lease).toNanos();
            if (!mine && !free && valid) {
                return false;
            }
            observe(leases.update(claim(lease)));
            return true;
        } catch (ApiException | TransportException e) {
            LOG.atDebug()
                    .addKeyValue("lease", config.lease())
                    .addKeyValue("cause", e.getMessage())
                    .log("lease not renewed");
            return false;
        }
    }

    private Duration durationOf(Lease lease) {
        Integer seconds = lease.getSpec().getLeaseDurationSeconds();
        return seconds == null ? config.leaseDuration() : Duration.ofSeconds(seconds);
    }

    private void observe(Lease lease) {
        observedVersion = lease.getMetadata().getResourceVersion();
        observedNanos = time.nanoTime();
    }

    private Lease claim(Lease before) {
        ZonedDateTime now = now();
        LeaseSpec old = before == null ? null : before.getSpec();
        boolean mine = old != null && config.identity().equals(old.getHolderIdentity());
        int transitions = old == null || old.getLeaseTransitions() == null ? 0 : old.getLeaseTransitions();
        LeaseBuilder builder = before == null
                ? new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(config.lease().namespace())
                        .withName(config.lease().name())
                        .endMetadata()
                : before.toBuilder();
        return builder.editOrNewSpec()
                .withHolderIdentity(config.identity())
                .withLeaseDurationSeconds(
                        (int) Math.max(1, config.leaseDuration().toSeconds()))
                .withAcquireTime(mine && old.getAcquireTime() != null ? old.getAcquireTime() : now)
                .withRenewTime(now)
                .withLeaseTransitions(before == null || mine ? transitions : transitions + 1)
                .endSpec()
                .build();
    }

    /** So that the next one need not wait. */
    private void release() {
        try {
            Optional<Lease> found = leases.find(config.lease());
            if (found.isPresent()
                    && found.get().getSpec() != null
                    && config.identity().equals(found.get().getSpec().getHolderIdentity())) {
                ZonedDateTime now = now();
                leases.update(found.get().toBuilder()
                        .editSpec()
                        .withHolderIdentity("")
                        .withLeaseDurationSeconds(1)
                        .withAcquireTime(now)
                        .withRenewTime(now)
                        .endSpec()
                        .build());
            }
        } catch (RuntimeException e) {
            LOG.atDebug()
                    .addKeyValue("lease", config.lease())
                    .addKeyValue("cause", e.getMessage())
                    .log("lease not released");
        }
    }

    private ZonedDateTime now() {
        return time.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }

    /** Ends the leadership, then gives the Lease back. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (thread != Thread.currentThread()) {
                thread.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
