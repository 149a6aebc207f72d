package io.k8j.proxy;

import io.k8j.client.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of one address family: what they should be, what the kernel has, and the step from one to the other. Owned
 * by the proxier's thread.
 */
final class Table {
    private static final Logger LOG = LoggerFactory.getLogger(Table.class);
    private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

    final Family family;
    private final ProxyConfig config;
    private final Nft nft;
    private final Conntrack conntrack;
    private final TreeMap<ObjectKey, ServiceRules> services = new TreeMap<>();
    private final Map<String, Long> idleChains = new HashMap<>(); // emptied chains, with the time they were emptied
    private final Map<String, Long> idleSets = new HashMap<>();
    private final List<List<String>> staleFlows = new ArrayList<>();
    private NodeView node;
    private RuleSet applied; // null when unknown

    Table(ProxyConfig config, Family family, Commands commands, NodeView node) {
        this.config = config;
        this.family = family;
        this.node = node;
        this.nft = new Nft(commands, name(config.table()), family);
        this.conntrack = new Conntrack(commands, family);
    }

    static String name(String table) {
        return table + "-proxy";
    }

    NodeView node() {
        return node;
    }

    void node(NodeView now) {
        node = now;
    }

    /** Takes a Service's new rules, to be applied by {@link #sync}. */
    void put(ObjectKey key, ServiceRules rules) {
        ServiceRules before = rules.rules().elements().isEmpty() ? services.remove(key) : services.put(key, rules);
        staleFlows.addAll(Conntrack.stale(before == null ? Map.of() : before.udp(), rules.udp()));
    }

    Map<ObjectKey, ServiceRules> services() {
        return services;
    }

    /**
     * Brings the kernel to the wanted state: by the difference, or by a full write if the state is not known.
     *
     * @throws IOException if the kernel refused; the next call writes everything
     */
    void sync(long now) throws IOException {
        RuleSet wanted = RuleSet.merge(
                services.values().stream().map(ServiceRules::rules).toList());
        if (applied != null) {
            try {
                nft.apply(Transaction.difference(name(config.table()), family, applied, wanted));
                noteIdle(applied, wanted, now);
                applied = wanted;
            } catch (IOException e) {
                LOG.atInfo().addKeyValue("cause", e.getMessage()).log("rules changed by others, writing all anew");
                applied = null;
            }
        }
        if (applied == null) {
            writeAll(wanted, now);
            applied = wanted;
        }
        conntrack.forget(List.copyOf(staleFlows));
        staleFlows.clear();
    }

    private void writeAll(RuleSet wanted, long now) throws IOException {
        String table = name(config.table());
        Transaction.Present present = nft.present(new HashMap<>()).orElse(Transaction.Present.NOTHING);
        try {
            nft.apply(Transaction.full(table, family, config, present, wanted));
        } catch (IOException e) {
            LOG.atInfo().addKeyValue("cause", e.getMessage()).log("table of another version, replacing it");
            nft.delete();
            present = Transaction.Present.NOTHING;
            nft.apply(Transaction.full(table, family, config, present, wanted));
        }
        idleChains.clear();
        idleSets.clear();
        TreeSet<String> chains = new TreeSet<>(present.chains());
        chains.removeAll(BaseRules.chains(config, family).keySet());
        chains.removeAll(wanted.chains().keySet());
        chains.forEach(chain -> idleChains.put(chain, now));
        present.sets().stream()
                .filter(set -> set.startsWith(BaseRules.AFFINITY_PREFIX)
                        && !wanted.affinity().contains(set))
                .forEach(set -> idleSets.put(set, now));
    }

    private void noteIdle(RuleSet before, RuleSet wanted, long now) {
        before.chains().keySet().stream()
                .filter(chain -> !wanted.chains().containsKey(chain))
                .forEach(chain -> idleChains.put(chain, now));
        before.affinity().stream()
                .filter(set -> !wanted.affinity().contains(set))
                .forEach(set -> idleSets.put(set, now));
        idleChains.keySet().removeAll(wanted.chains().keySet());
        idleSets.keySet().removeAll(wanted.affinity());
    }

    boolean hasIdle() {
        return !idleChains.isEmpty() || !idleSets.isEmpty();
    }

    /** Deletes what has been empty for a second. */
    void removeIdle(long now) throws IOException {
        List<String> chains = rested(idleChains, now);
        List<String> sets = rested(idleSets, now);
        if (chains.isEmpty() && sets.isEmpty()) return;
        try {
            nft.apply(Transaction.remove(name(config.table()), family, chains, sets));
        } catch (IOException e) {
            applied = null; // the names are not what we think they are: find out
            throw e;
        }
        idleChains.keySet().removeAll(chains);
        idleSets.keySet().removeAll(sets);
    }

    private static List<String> rested(Map<String, Long> idle, long now) {
        return idle.entrySet().stream()
                .filter(entry -> now - entry.getValue() >= REST_NANOS)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Whether chains and rules in the kernel are as many as there should be; others may have flushed them. */
    boolean isIntact() throws IOException {
        if (applied == null) return false;
        Map<String, Integer> rules = new HashMap<>();
        Optional<Transaction.Present> present = nft.present(rules);
        if (present.isEmpty()) return false;
        Map<String, Integer> wanted = new HashMap<>();
        BaseRules.chains(config, family).forEach((chain, list) -> wanted.put(chain, list.size()));
        applied.chains().forEach((chain, list) -> wanted.put(chain, list.size()));
        return wanted.equals(rules) && present.get().sets().containsAll(applied.affinity());
    }

    /** Has the next {@link #sync} write everything. */
    void forgetApplied() {
        applied = null;
    }

    void warnOfForwardPolicies() throws IOException {
        List<String> chains = nft.droppingForwarders();
        if (!chains.isEmpty()) {
            LOG.atWarn().addKeyValue("chains", chains).log("other rules drop forwarded traffic, which cuts Pods off");
        }
    }
}
