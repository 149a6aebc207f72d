package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Surroundings for steps under test: nothing is authorized, no Service is found, the clock stands still. */
public final class Services {
    private Services() {}

    /** A clock that moves only when it is told to. */
    public static final class StillTime implements Time {
        private long nanos;

        public void advance(Duration span) {
            nanos += span.toNanos();
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            throw new UnsupportedOperationException("no step waits");
        }
    }

    public static AdmissionServices of(ObjectReader reader) {
        return of(reader, (namespace, name, port) -> {
            throw new IOException("service \"" + name + "\" not found");
        });
    }

    public static AdmissionServices of(ObjectReader reader, AdmissionServices.ServiceResolver services) {
        return new AdmissionServices(
                reader,
                attributes -> new Decision.NoOpinion(""),
                quota -> quota,
                namespace -> {},
                services,
                Versions.NONE,
                AdmissionSettings.DEFAULTS,
                FeatureGates.DEFAULTS,
                new AdmissionMetrics(),
                new Random(1),
                new StillTime());
    }
}
