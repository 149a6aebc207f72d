package io.k8j.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The collections that the JVM's collectors can be asked for. */
final class HeapCollections {
    /** Only ever collects completely. */
    static final HeapKeeper.Collections SERIAL = new HeapKeeper.Collections() {
        @Override
        public void complete() {
            System.gc();
        }

        @Override
        public void beside() {}

        @Override
        public boolean canWorkBeside() {
            return false;
        }
    };

    private HeapCollections() {}

    /** By the name that a collector gives its old generation; null if it looks after itself. */
    static HeapKeeper.Collections ofOldGeneration(String pool) {
        return switch (pool) {
            case "Tenured Gen" -> SERIAL;
            case "G1 Old Gen" -> new G1();
            default -> null;
        };
    }

    /**
     * {@link System#gc} is a complete collection. One beside the work is what this collector begins by itself when its
     * heap has had no collection for some time; that time may be set while it runs.
     */
    private static final class G1 implements HeapKeeper.Collections {
        private static final String PERIOD = "G1PeriodicGCInterval"; // milliseconds; looked at once a second if it is 0
        private static final long LOOK_MILLIS = 10;
        private static final int LOOKS = 12_000;

        private final HotSpotDiagnosticMXBean flags =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        private final List<GarbageCollectorMXBean> concurrent = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(bean -> bean.getName().contains("Concurrent"))
                .toList();

        @Override
        public void complete() {
            System.gc();
        }

        @Override
        public void beside() throws InterruptedException {
            long before = count();
            String usual = flags.getVMOption(PERIOD).getValue();
            flags.setVMOption(PERIOD, "1");
            try {
                // Counted when all is marked and what is dead as a whole is free.
                // The collector tells of its end by the count alone; nothing can be waited for.
                for (int i = 0; i < LOOKS && count() == before; i++) Thread.sleep(LOOK_MILLIS);
            } finally {
                flags.setVMOption(PERIOD, usual); // in time: the next would begin when this one is over
            }
        }

        private long count() {
            long sum = 0;
            for (GarbageCollectorMXBean bean : concurrent) sum += bean.getCollectionCount();
            return sum;
        }

        @Override
        public boolean canWorkBeside() {
            return true;
        }
    }
}
