# The debugger's settings for `make debug`, and where it stops. Type `run`, send a request, and look: `bt` reads as the
# request's way, `info locals` and `p exchange` show what is known by then, `finish` and `continue` go on.
set pagination off
set confirm off
set print pretty on
set print object on
set print thread-events off
set breakpoint pending on

# A peer that went away is a return value here, and the gateway waits for its signals (sigwait), where a debugger does not
# see them: Ctrl-C drains and stops it as ever. Ctrl-\ is the key that stops it here and gives you the prompt.
handle SIGPIPE nostop noprint pass
handle SIGTERM SIGHUP nostop print pass
handle SIGQUIT stop print nopass

# `step` goes into the gateway's functions, not into the libraries'.
skip -gfi /usr/include/*/*
skip -gfi /usr/include/c++/*/*
skip -gfi /usr/include/c++/*/*/*

# The stages of a request. One line each: take out what you do not want to see, add what you do.
break glassgate::proxy
