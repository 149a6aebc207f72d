package io.k8j.apiserver.admission.quota;

import io.k8j.apiserver.admission.AdmissionServices.QuotaWriter;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.quota.QuotaCheck.Account;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Charges the quotas of one namespace. Whoever gets the lock decides for all who wait, in the order in which they came,
 * and writes each quota once; so a burst of requests costs a few writes, and no two of them get the last piece.
 */
final class QuotaGate {
    private static final GroupVersionResource QUOTAS = new GroupVersionResource("", "v1", "resourcequotas");
    private static final int ATTEMPTS = 50;

    private final String namespace;
    private final ObjectReader reader;
    private final QuotaWriter writer;
    private final QuotaCheck check;
    private final Time time;
    private final ConcurrentLinkedQueue<Waiter> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Ledger> ledgers = new HashMap<>(); // by the quota's uid; guarded by lock
    /** Each quota as this server wrote it last, by uid; guarded by lock. */
    private final Map<String, Word> written = new HashMap<>();

    QuotaGate(String namespace, ObjectReader reader, QuotaWriter writer, QuotaCheck check, Time time) {
        this.namespace = namespace;
        this.reader = reader;
        this.writer = writer;
        this.check = check;
        this.time = time;
    }

    /**
     * A quota as this server wrote it.
     *
     * @param sure the resources whose usage lacked nothing then; what started from somebody else's usage may lack
     *     charges, and so may all that was added to it since
     */
    private record Word(Map<String, Object> tree, Set<GroupVersionResource> sure) {}

    /** A request and what has become of it; guarded by lock. */
    private static final class Waiter {
        final AdmissionRequest request;
        boolean done;
        RuntimeException refusal;

        Waiter(AdmissionRequest request) {
            this.request = request;
        }

        void finish(RuntimeException why) {
            done = true;
            refusal = why;
        }
    }

    /** Charges a request; returns when the charge is stored, or throws the refusal. */
    void pass(AdmissionRequest request) {
        Waiter own = new Waiter(request);
        waiting.add(own);
        lock.lock();
        try {
            if (!own.done) serve();
        } finally {
            lock.unlock();
        }
        if (own.refusal != null) throw own.refusal;
    }

    private void serve() {
        List<Waiter> batch = new ArrayList<>();
        for (Waiter next = waiting.poll(); next != null; next = waiting.poll()) batch.add(next);
        try {
            decide(batch);
        } catch (RuntimeException e) {
            for (Waiter waiter : batch) if (!waiter.done) waiter.finish(e);
        }
    }

    /** What requests of a batch take of one quota. */
    private static final class Charges {
        final Map<Waiter, Map<String, Quantity>> byWaiter = new LinkedHashMap<>();
        final Map<String, Quantity> sum = new TreeMap<>();
        final Set<GroupVersionResource> sure = new HashSet<>(); // whose usage in the account lacks nothing

        void add(Waiter waiter, Map<String, Quantity> amounts) {
            byWaiter.put(waiter, amounts);
            amounts.forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
        }
    }

    private void decide(List<Waiter> batch) {
        Set<String> only = null; // the quotas to look at; null for all
        List<Waiter> open = batch;
        for (int attempt = 1; ; attempt++) {
            List<Account> accounts = accounts(only);
            Map<String, Charges> all = new HashMap<>();
            for (Account account : accounts) all.put(account.uid(), charges(account));
            for (Waiter waiter : open) charge(waiter, accounts, all);
            ApiException conflict = null;
            Set<String> failed = new HashSet<>();
            for (Account account : accounts) {
                Charges charges = all.get(account.uid());
                if (charges.byWaiter.isEmpty()) continue;
                try {
                    write(account, charges);
                    note(account, charges);
                } catch (ApiException e) {
                    if (e.isNotFound()) continue; // deleted meanwhile: it limits nothing any more
                    failed.add(account.uid());
                    conflict = e;
                }
            }
            open = open.stream()
                    .filter(w -> !w.done
                            && failed.stream()
                                    .anyMatch(uid -> all.get(uid).byWaiter.containsKey(w)))
                    .toList();
            for (Waiter waiter : batch) if (!waiter.done && !open.contains(waiter)) waiter.finish(null);
            if (open.isEmpty()) return;
            if (attempt == ATTEMPTS || !conflict.isConflict()) throw conflict;
            failed.forEach(written::remove);
            only = failed;
        }
    }

    private Charges charges(Account account) {
        Charges charges = new Charges();
        Word own = written.get(account.uid());
        boolean ours =
                own != null && revision(own.tree()) >= revision(account.tree().map());
        if (ours) charges.sure.addAll(own.sure());
        return charges;
    }

    /** Charges one request to the accounts, or finishes it with a refusal. */
    private void charge(Waiter waiter, List<Account> accounts, Map<String, Charges> all) {
        AdmissionRequest request = waiter.request;
        Map<Account, Map<String, Quantity>> charges;
        try {
            charges = check.charge(
                    request, accounts, (account, asked) -> real(request, account, asked, all.get(account.uid())));
        } catch (ApiException e) {
            waiter.finish(e);
            return;
        }
        if (charges.isEmpty() || request.context().dryRun()) {
            waiter.finish(null);
            return;
        }
        charges.forEach((account, amounts) -> {
            amounts.forEach((name, amount) -> account.used().merge(name, amount, Quantity::add));
            all.get(account.uid()).add(waiter, amounts);
        });
    }

    /** Remembers what is charged now. */
    private void note(Account account, Charges charges) {
        Ledger ledger = ledgers.computeIfAbsent(account.uid(), u -> new Ledger());
        long now = time.nanoTime();
        charges.byWaiter.forEach((waiter, amounts) -> {
            String uid = Ask.object(waiter.request).at("metadata", "uid").text();
            Ledger.Charge charge = ledger.add(now, uid, amounts);
            waiter.request.context().whenAnswered(charge::finish);
        });
    }

    /** The quotas as they are now, with their ledgers in order. */
    private List<Account> accounts(Set<String> only) {
        List<Account> accounts = new ArrayList<>();
        Set<String> uids = new HashSet<>();
        for (ApiObject quota : reader.list(QUOTAS, namespace)) {
            uids.add(quota.uid());
            if (only == null || only.contains(quota.uid())) accounts.add(Account.of(newest(quota)));
        }
        written.keySet().retainAll(uids);
        ledgers.keySet().retainAll(uids);
        long now = time.nanoTime();
        ledgers.values().forEach(ledger -> ledger.prune(now));
        return accounts;
    }

    private Map<String, Object> newest(ApiObject cached) {
        Word own = written.get(cached.uid());
        Map<String, Object> seen = cached.tree();
        return own != null && revision(own.tree()) > revision(seen) ? Trees.deepCopy(own.tree()) : seen;
    }

    private static long revision(Map<String, Object> tree) {
        String version = Trees.string(tree, "metadata", "resourceVersion");
        return version == null || version.isEmpty() ? 0 : Long.parseLong(version);
    }

    private void write(Account account, Charges charges) {
        Map<String, Object> tree = Trees.deepCopy(account.tree().map());
        Map<String, Object> used = new LinkedHashMap<>();
        account.used().forEach((name, amount) -> used.put(name, amount.toString()));
        Trees.set(tree, used, "status", "used");
        written.put(account.uid(), new Word(writer.updateStatus(tree), Set.copyOf(charges.sure)));
    }

    /**
     * The usage to hold a request against. A usage that somebody else wrote may lack recent charges: if they could matter
     * now, or would be forgotten soon, the objects are counted.
     */
    private Map<String, Quantity> real(
            AdmissionRequest request, Account account, Map<String, Quantity> asked, Charges charges) {
        Ledger ledger = ledgers.get(account.uid());
        GroupVersionResource resource = request.context().resource();
        if (ledger == null || charges.sure.contains(resource)) return account.used();
        Map<String, Quantity> most = sum(account.used(), ledger.all());
        Map<String, Quantity> hard = account.hard();
        boolean fits = asked.entrySet().stream()
                .allMatch(e -> most.getOrDefault(e.getKey(), Quantity.ZERO)
                                .add(e.getValue())
                                .compareTo(hard.get(e.getKey()))
                        <= 0);
        if (fits && !ledger.forgetsSoon(time.nanoTime())) return account.used();
        List<Ledger.Charge> open = ledger.open();
        Set<String> uids = new HashSet<>();
        Map<String, Quantity> counted = new TreeMap<>();
        for (ApiObject object : reader.list(resource, namespace)) {
            uids.add(object.uid());
            Place tree = Ask.tree(object);
            if (Scopes.match(account.tree(), resource, tree)) {
                Usage.of(resource, tree).forEach((name, amount) -> counted.merge(name, amount, Quantity::add));
            }
        }
        Map<String, Quantity> exact = sum(sum(counted, Ledger.underWay(open, uids)), charges.sum);
        charges.sure.add(resource);
        account.used().replaceAll((name, amount) -> {
            Quantity real = exact.get(name);
            return real == null || real.compareTo(amount) <= 0 ? amount : real;
        });
        return account.used();
    }

    private static Map<String, Quantity> sum(Map<String, Quantity> a, Map<String, Quantity> b) {
        Map<String, Quantity> sum = new TreeMap<>(a);
        b.forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
        return sum;
    }
}
