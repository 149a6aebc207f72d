package io.k8j.kubelet.dra;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.Client;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Pace;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes ResourceSlices of this node whose driver is not there; tries until it succeeds, on threads of its own. */
final class SliceWiper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SliceWiper.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final Client client;
    private final String nodeName;
    private final CountDownLatch closed = new CountDownLatch(1);

    SliceWiper(Client client, String nodeName) {
        this.client = client;
        this.nodeName = nodeName;
    }

    /** @param driver empty for all drivers */
    void wipe(String driver) {
        Thread.ofVirtual().name("slice-wiper").start(() -> {
            Duration pause = Duration.ofSeconds(1);
            while (closed.getCount() > 0 && !wiped(driver)) {
                if (!wait(pause)) return;
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        });
    }

    private boolean wiped(String driver) {
        String fields = "spec.nodeName=" + nodeName + (driver.isEmpty() ? "" : ",spec.driver=" + driver);
        try {
            var slices = client.resources(ResourceSlice.class);
            for (ResourceSlice slice : slices.list(ListOptions.ALL.fields(fields))) {
                slices.deleteIfPresent(ObjectKey.of(slice), DeleteOptions.DEFAULT);
            }
            return true;
        } catch (ApiException | TransportException e) {
            log.atDebug().addKeyValue("cause", e.getMessage()).log("ResourceSlices not removed, try again");
            return false;
        }
    }

    /** False if this is closed meanwhile. */
    private boolean wait(Duration pause) {
        CountDownLatch over = new CountDownLatch(1);
        client.time().after(Pace.UPKEEP, pause, over::countDown);
        try {
            while (closed.getCount() > 0) {
                if (over.await(1, TimeUnit.SECONDS)) return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
