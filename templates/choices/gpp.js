// Answers __gpp, as the IAB's Global Privacy Platform asks for it, with the privacy choices of this visitor.
(function () {
  "use strict";
  var answer = {{ answer }};
  var waiting = (window.__gpp && window.__gpp.queue) || [];
  var events = (window.__gpp && window.__gpp.events) || [];
  var last = (window.__gpp && window.__gpp.lastId) || 0;

  function section(name) {
    return Object.prototype.hasOwnProperty.call(answer.parsedSections, name) ? answer.parsedSections[name] : null;
  }

  function field(path) {
    var parts = String(path).split(".");
    var found = null;
    (section(parts[0]) || []).forEach(function (part) {
      if (Object.prototype.hasOwnProperty.call(part, parts[1])) found = part[parts[1]];
    });
    return found;
  }

  function told(id, name, data) {
    return { eventName: name, listenerId: id, data: data, pingData: answer };
  }

  window.__gpp = function (command, callback, parameter) {
    var tell = typeof callback === "function" ? callback : function () {};
    if (command === "ping") return tell(answer, true);
    if (command === "hasSection") return tell(section(parameter) !== null, true);
    if (command === "getSection") return tell(section(parameter), section(parameter) !== null);
    if (command === "getField") return tell(field(parameter), field(parameter) !== null);
    if (command === "addEventListener") {
      last += 1;
      events.push({ id: last, callback: tell });
      tell(told(last, "listenerRegistered", true), true);
      return tell(told(last, "signalStatus", "ready"), true);
    }
    if (command === "removeEventListener") {
      var before = events.length;
      events = events.filter(function (it) { return it.id !== parameter; });
      return tell(told(parameter, "listenerRemoved", events.length < before), true);
    }
    return tell(null, false);
  };

  events.forEach(function (it) { it.callback(told(it.id, "signalStatus", "ready"), true); });
  waiting.forEach(function (it) { window.__gpp.apply(null, it); });
})();
