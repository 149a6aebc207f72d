package io.k8j.proxy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes changes of one table as the text of an nftables transaction, which the kernel takes as a whole or not at all.
 *
 * <p>Chains and affinity sets that are no longer wanted are emptied but stay: older kernels notice only after a moment
 * that nothing refers to them. {@link #remove} deletes them later.
 */
final class Transaction {
    private final String where;
    private final StringBuilder text = new StringBuilder();

    private Transaction(String table, Family family) {
        this.where = " " + family.keyword + " " + table + " ";
    }

    /** Names of what a table holds: regular chains, sets and maps. */
    record Present(Set<String> chains, Set<String> sets) {
        static final Present NOTHING = new Present(Set.of(), Set.of());
    }

    /** Brings a table in any state to the wanted one. Remembered clients stay remembered. */
    static String full(String table, Family family, ProxyConfig config, Present present, RuleSet wanted) {
        Transaction transaction = new Transaction(table, family);
        BaseRules.declarations(table, family).forEach(transaction::line);
        for (String map : new TreeSet<>(BaseRules.maps())) transaction.command("flush map", map);
        transaction.command("flush set", RuleSet.CLUSTER_IPS);
        Map<String, List<String>> base = BaseRules.chains(config, family);
        TreeSet<String> chains = new TreeSet<>(present.chains());
        chains.addAll(base.keySet());
        chains.addAll(wanted.chains().keySet());
        for (String chain : chains) {
            if (!BaseRules.hookChains().contains(chain)) transaction.command("add chain", chain);
            transaction.command("flush chain", chain);
        }
        wanted.affinity().stream().filter(set -> !present.sets().contains(set)).forEach(transaction::addAffinity);
        base.forEach(transaction::addRules);
        wanted.chains().forEach(transaction::addRules);
        wanted.elements().forEach((map, elements) -> transaction.elements("add element", map, elements));
        return transaction.text.toString();
    }

    /** The difference between two states; empty if there is none. */
    static String difference(String table, Family family, RuleSet before, RuleSet wanted) {
        Transaction transaction = new Transaction(table, family);
        wanted.affinity().stream()
                .filter(set -> !before.affinity().contains(set))
                .forEach(transaction::addAffinity);
        for (String map : union(before.elements().keySet(), wanted.elements().keySet())) {
            transaction.elements("delete element", map, minus(before.of(map), wanted.of(map)));
        }
        List<String> changed = new ArrayList<>();
        wanted.chains().forEach((chain, rules) -> {
            if (!rules.equals(before.chains().get(chain))) changed.add(chain);
        });
        for (String chain : changed) {
            transaction.command("add chain", chain);
            transaction.command("flush chain", chain);
        }
        for (String chain : changed) transaction.addRules(chain, wanted.chains().get(chain));
        for (String map : union(before.elements().keySet(), wanted.elements().keySet())) {
            transaction.elements("add element", map, minus(wanted.of(map), before.of(map)));
        }
        for (String chain : before.chains().keySet()) {
            if (!wanted.chains().containsKey(chain)) transaction.command("flush chain", chain);
        }
        return transaction.text.toString();
    }

    /** Deletes chains and sets that nothing refers to. */
    static String remove(String table, Family family, Collection<String> chains, Collection<String> sets) {
        Transaction transaction = new Transaction(table, family);
        chains.forEach(chain -> transaction.command("delete chain", chain));
        sets.forEach(set -> transaction.command("delete set", set));
        return transaction.text.toString();
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        TreeSet<String> all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }

    private static List<Map.Entry<String, String>> minus(
            NavigableMap<String, String> from, NavigableMap<String, String> other) {
        return from.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(other.get(entry.getKey())))
                .toList();
    }

    private void addAffinity(String set) {
        String type = where.startsWith(" ip6 ") ? Family.V6.type : Family.V4.type;
        line("add set" + where + set + " { type " + type + " ; flags dynamic,timeout ; }");
    }

    private void addRules(String chain, List<String> rules) {
        for (String rule : rules) line("add rule" + where + chain + " " + rule);
    }

    private void elements(String command, String map, NavigableMap<String, String> elements) {
        elements(command, map, List.copyOf(elements.entrySet()));
    }

    private void elements(String command, String map, List<Map.Entry<String, String>> elements) {
        if (elements.isEmpty()) return;
        StringBuilder list = new StringBuilder();
        for (Map.Entry<String, String> element : elements) {
            list.append(list.isEmpty() ? "" : ", ").append(element.getKey());
            if (!element.getValue().isEmpty()) list.append(" : ").append(element.getValue());
        }
        line(command + where + map + " { " + list + " }");
    }

    private void command(String command, String name) {
        line(command + where + name);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
